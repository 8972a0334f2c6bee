import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'

export type SpawnedScript = {
  /** Resolves when the script has written this line. */
  said(line: string): Promise<void>
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>
}

/** Runs a script of test/support in a process of its own; it is meant to end when its stdin does. */
export function spawnScript(file: string, args: readonly string[]): SpawnedScript {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let text = ''
  let errors = ''
  child.stderr?.on('data', (part: Buffer) => {
    errors += part.toString('utf8')
  })
  const waiting = new Set<() => void>()
  child.stdout?.on('data', (part: Buffer) => {
    text += part.toString('utf8')
    for (const look of waiting) look()
  })
  return {
    said: (line) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (text.split('\n').includes(line)) resolve()
        }
        waiting.add(look)
        child.once('exit', (code) => reject(new Error(`${file} ended with ${code}: ${errors}`)))
        look()
      }),
    async signal(name) {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = name === 'SIGKILL' ? once(child, 'exit') : null
      child.kill(name)
      await ended
    },
  }
}
