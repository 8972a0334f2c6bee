import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Problem } from '../contract/problem.ts'
import type { RenderAnswer, RenderAsk } from './render-message.ts'

export type RenderProcessOptions = {
  readonly documentsPerProcess: number
  readonly deadlineMs: number
  readonly childFile: string
}

export type RenderProcess = {
  /** One document at a time; the caller waits for the last one. */
  render(ask: RenderAsk): Promise<Uint8Array>
  /** Resolves when every child that this one ever started is gone. */
  end(): Promise<void>
}

/**
 * One child at a time, started with its first document and replaced after its share of them, after a
 * crash and after the deadline. Refuses with `service_unavailable` in the last two; throws a plain Error
 * when the child says that the document cannot be rendered.
 */
export function createRenderProcess(options: RenderProcessOptions): RenderProcess {
  const { documentsPerProcess, deadlineMs, childFile } = options
  const ending = new Set<Promise<unknown>>()
  let child: ChildProcess | null = null
  let rendered = 0

  const start = (): ChildProcess => {
    const started = startChild(childFile)
    const exited = once(started, 'exit').catch(() => null)
    ending.add(exited)
    void exited.then(() => {
      ending.delete(exited)
      if (child === started) child = null
    })
    child = started
    rendered = 0
    return started
  }

  const stop = () => {
    child?.ref()
    child?.kill('SIGKILL')
    child = null
  }

  return {
    render: async (ask) => {
      try {
        const answer = await answerOf(child ?? start(), ask, deadlineMs)
        if (answer.kind === 'failed') throw new Error(answer.message)
        return answer.bytes
      } catch (error) {
        if (error instanceof Problem) stop()
        throw error
      } finally {
        rendered += 1
        if (rendered >= documentsPerProcess) stop()
      }
    },
    end: async () => {
      stop()
      await Promise.all(ending)
    },
  }
}

function startChild(childFile: string): ChildProcess {
  const child = fork(childFile, [], {
    // Empty: what renders a buyer's text needs none of the server's secrets.
    env: {},
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  // An idle child does not keep the server alive; while a document is made, its deadline does.
  child.unref()
  child.channel?.unref()
  return child
}

/** One document from one child: its answer, its death or the deadline, whichever comes first. */
function answerOf(child: ChildProcess, ask: RenderAsk, deadlineMs: number): Promise<RenderAnswer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(() => reject(unavailable('render_deadline_passed'))), deadlineMs)
    const onMessage = (answer: unknown) => settle(() => resolve(readAnswer(answer)))
    const onExit = () => settle(() => reject(unavailable('render_process_died')))
    const settle = (end: () => void) => {
      clearTimeout(timer)
      child.off('message', onMessage).off('exit', onExit).off('error', onExit)
      end()
    }
    child.on('message', onMessage).on('exit', onExit).on('error', onExit)
    child.send(ask, (error) => {
      if (error !== null) onExit()
    })
  })
}

function readAnswer(answer: unknown): RenderAnswer {
  if (typeof answer === 'object' && answer !== null && 'kind' in answer) {
    if (answer.kind === 'rendered' && 'bytes' in answer && answer.bytes instanceof Uint8Array) {
      return { kind: 'rendered', bytes: answer.bytes }
    }
    if (answer.kind === 'failed' && 'message' in answer) {
      return { kind: 'failed', message: String(answer.message) }
    }
  }
  return { kind: 'failed', message: 'the render process answered something else' }
}

function unavailable(reason: string): Problem {
  return new Problem('service_unavailable', { facts: { reason } })
}
