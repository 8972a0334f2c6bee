import type { Title } from '../../server/contract/invoicing.ts'
import type { ReissueView } from '../../server/contract/reissues.ts'
import type { Call } from './call.ts'
import { isReissueView } from './read-reissues.ts'

export type ReissueMove = 'execute' | 'withdraw' | 'retry-blue'

/** Moves a reissue one step. The key names reissue, step and version: pressed twice, it is one step. */
export function moveReissue(
  call: Call,
  { id, version }: Pick<ReissueView, 'id' | 'version'>,
  move: ReissueMove,
): Promise<ReissueView> {
  return send(call, { path: `/reissues/${encodeURIComponent(id)}/${move}`, key: `${move}-${id}-${version}` })
}

/** The new invoice again, with a corrected title: the red stands, and nothing is reversed twice. */
export function retryBlueWith(
  call: Call,
  { id, version }: Pick<ReissueView, 'id' | 'version'>,
  title: Title,
): Promise<ReissueView> {
  const path = `/reissues/${encodeURIComponent(id)}/retry-blue`
  return send(call, { path, key: `retry-blue-with-${id}-${version}`, body: { title } })
}

type Move = { path: string; key: string; body?: object }

function send(call: Call, { path, key, body = {} }: Move): Promise<ReissueView> {
  return call({ method: 'POST', path, body, idempotencyKey: key, reply: isReissueView })
}
