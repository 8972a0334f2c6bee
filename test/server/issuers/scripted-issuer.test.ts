import { describeIssuer } from '../../contract/issuer.contract.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'
import { makeRedOf, makeSending } from '../../support/sendings.ts'

/** The issuer that other tests rely on must be one. */
describeIssuer('scripted', async () => {
  const { issuer, nextIssue, nextQuery, nextRed, number, numberRed } = openScriptedIssuer()
  const silent = { kind: 'unknown' } as const
  return {
    issuer,
    makeSending: () => makeSending(),
    makeRedSending: makeRedOf,
    buyer: null,
    async lost() {
      const lose =
        <Asked>(work: (asked: Asked) => unknown) =>
        (asked: Asked) => {
          work(asked)
          // Only one of the two calls comes: the other's script must not stay for the next one.
          nextIssue.length = 0
          nextRed.length = 0
          return silent
        }
      nextIssue.push(lose(number))
      nextRed.push(lose(numberRed))
      return AbortSignal.timeout(5_000)
    },
    unreachable: {
      ...openScriptedIssuer().issuer,
      issue: async () => silent,
      query: async () => silent,
      requestRed: async () => silent,
      queryRed: async () => silent,
      revokeRed: async () => silent,
      session: async () => silent,
      credit: async () => silent,
    },
    close: async () => void nextQuery.splice(0),
  }
})
