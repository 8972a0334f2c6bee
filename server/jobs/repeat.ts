export type Repeating = { stop(): Promise<void> }

type Log = { error(facts: object, message: string): void }

/** Does something again and again, with a pause after each time; a failure is logged and does not end it. */
export function repeat(everyMs: number, work: () => Promise<unknown>, log: Log): Repeating {
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> = Promise.resolve()
  let isStopped = false

  const once = async () => {
    try {
      await work()
    } catch (error) {
      log.error({ error: error instanceof Error ? error.name : 'unknown' }, 'a repeated task failed')
    }
    if (!isStopped) schedule()
  }
  const schedule = () => {
    timer = setTimeout(() => {
      running = once()
    }, everyMs)
  }
  schedule()
  return {
    async stop() {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
      await running
    },
  }
}
