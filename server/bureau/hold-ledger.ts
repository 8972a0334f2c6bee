import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import net from 'node:net'
import { basename, dirname, join } from 'node:path'

/**
 * One process to a ledger: a second would cut off the first one's unfinished line and give the same
 * numbers again. The hold is a name that the system itself frees when its owner dies, kill -9
 * included; a lock file would stay behind. Where the system has no such names (neither Linux nor
 * Windows) nothing is held. The folder must exist.
 */
export async function holdLedger(path: string): Promise<void> {
  const name = holdName(join(await realpath(dirname(path)), basename(path)))
  if (name === null) return
  const holder = net.createServer((socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    holder.once('error', (cause) => reject(new Error('ledger is in use by another process', { cause })))
    holder.listen(name, resolve)
  })
  holder.unref()
}

function holdName(path: string): string | null {
  const id = `fapiao-bureau-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`
  if (process.platform === 'linux') return `\0${id}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${id}` : null
}
