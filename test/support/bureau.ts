import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

const MAIN = join(import.meta.dirname, '../../server/bureau/main.ts')

type BureauProcess = ChildProcessByStdio<Writable, Readable, Readable>

export type RunningBureau = {
  /** The same over every restart. */
  readonly baseUrl: string
  readonly ledgerPath: string
  /** `POST /admin/<act>`; throws unless it was accepted. */
  admin(act: string, body?: object): Promise<unknown>
  get(path: string): Promise<unknown>
  /** kill -9: nothing gets a chance to tidy up. */
  kill(): Promise<void>
  /** Starts again on the same ledger and the same port. */
  restart(): Promise<void>
  /** Ends the process and removes the ledger. */
  stop(): Promise<void>
}

/**
 * A real bureau simulator in its own process, on a free port and an empty ledger. Answers at once
 * unless `settings` says otherwise; it ends with this process, whatever happens.
 */
export async function startBureau(settings: object = {}): Promise<RunningBureau> {
  const folder = await mkdtemp(join(tmpdir(), 'bureau-'))
  const ledgerPath = join(folder, 'ledger.jsonl')
  const first = await spawnBureau(ledgerPath, '0', settings)
  let { child } = first
  const { baseUrl } = first
  const { port } = new URL(baseUrl)

  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }

  return {
    baseUrl,
    ledgerPath,
    async admin(act, body = {}) {
      const reply = await fetch(`${baseUrl}/admin/${act}`, { method: 'POST', body: JSON.stringify(body) })
      if (!reply.ok) throw new Error(`${act}: ${reply.status} ${await reply.text()}`)
      return reply.json()
    },
    get: async (path) => (await fetch(baseUrl + path)).json(),
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM')
      child = (await spawnBureau(ledgerPath, port, settings)).child
    },
    async stop() {
      await end('SIGTERM')
      await rm(folder, { recursive: true })
    },
  }
}

/** Rejects with what the process said where it ends before it is ready. */
export async function spawnBureau(ledgerPath: string, port: string, settings: object = {}) {
  const args = [MAIN, '--data', ledgerPath, '--port', port, '--latency-ms', '0', '--with-parent']
  const given = JSON.stringify({ redDelay: 0, ...settings })
  const child: BureauProcess = spawn(process.execPath, [...args, '--settings', given], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  return { child, baseUrl: await readyAddress(child) }
}

function readyAddress(child: BureauProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const listen = (part: Buffer) => {
      said += part.toString('utf8')
      const ready = /^bureau ready at (\S+)$/m.exec(said)
      if (ready?.[1] !== undefined) resolve(ready[1])
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('exit', (code) => reject(new Error(`bureau ended with ${code}: ${said}`)))
  })
}
