import { useEffect, useState } from 'preact/hooks'
import { waitMs } from '../api/back-off.ts'
import { createReissueDesk, type ReissueDesk } from '../reissue/reissue.model.ts'
import { useFlow } from './flow-context.ts'

/** The desk of one invoice, kept true while a screen shows it; one for all screens of the flow. */
export function useDesk(invoiceId: string): ReissueDesk {
  const { client, desks } = useFlow()
  const desk = desks.get(invoiceId) ?? createReissueDesk({ ...client, wait: waitMs }, invoiceId)
  desks.set(invoiceId, desk)
  const [, setRound] = useState(0)
  useEffect(() => {
    const draw = () => setRound((round) => round + 1)
    const unsubscribe = desk.subscribe(draw)
    const close = desk.open()
    return () => {
      close()
      unsubscribe()
    }
  }, [desk])
  return desk
}
