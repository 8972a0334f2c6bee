import type { LoggedInView } from '../../server/contract/staff.ts'
import type { Call } from './call.ts'
import { type Guard, isFlag, isNothing, isText, listOf, record } from './read.ts'

const isLoggedIn: Guard<LoggedInView> = record({
  id: isText,
  device: isText,
  address: isText,
  createdAt: isText,
  lastUsedAt: isText,
  isOpen: isFlag,
  isOwn: isFlag,
})
const isList = record({ items: listOf(isLoggedIn) })

/** Where one is signed in, and was in the last month. */
export async function listLoggedIn(call: Call): Promise<LoggedInView[]> {
  return (await call({ method: 'GET', path: '/staff/sessions', reply: isList })).items
}

/** Signs one of them out, wherever it is open. */
export function endLoggedIn(call: Call, id: string): Promise<null> {
  return call({ method: 'DELETE', path: `/staff/sessions/${encodeURIComponent(id)}`, reply: isNothing })
}

/** Signs all of them out, this one too. */
export function endAllLoggedIn(call: Call): Promise<null> {
  return call({ method: 'DELETE', path: '/staff/sessions', reply: isNothing })
}
