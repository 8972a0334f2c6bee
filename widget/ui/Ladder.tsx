import type { Ladder as LadderView } from '../../server/contract/orders.ts'
import { useWords } from '../i18n/locale.tsx'
import { Facts } from './Card.tsx'
import { Money } from './Money.tsx'

/**
 * 可开金额, rung by rung (F5): goods + freight − discount = paid; paid − refunds − platform − claimed =
 * invoiceable. Rungs that are zero are folded. Every figure is the server's; nothing is added up here.
 */
export function Ladder({ ladder }: { ladder: LadderView }) {
  const { texts } = useWords()
  const words = texts.ladder
  const rungs = [
    { name: words.goods, fen: ladder.goodsFen, isShown: ladder.goodsFen !== ladder.paidFen },
    { name: words.freight, fen: ladder.freightFen, isShown: ladder.freightFen !== 0 },
    { name: words.discount, fen: -ladder.discountFen, isShown: ladder.discountFen !== 0 },
    { name: words.paid, fen: ladder.paidFen, isShown: true },
    { name: words.refunded, fen: -ladder.refundedFen, isShown: ladder.refundedFen !== 0 },
    { name: words.platform, fen: -ladder.platformFen, isShown: ladder.platformFen !== 0 },
    { name: words.claimed, fen: -ladder.claimedFen, isShown: ladder.claimedFen !== 0 },
  ]
  const items = rungs
    .filter(({ isShown }) => isShown)
    .map(({ name, fen }) => ({ name, value: <Money fen={fen} /> }))
  const total = { name: words.invoiceable, value: <Money fen={ladder.invoiceableFen} />, isTotal: true }
  return (
    <>
      <Facts items={[...items, total]} />
      {ladder.roundingLineNo !== null && <p class="muted">{words.rounding(ladder.roundingLineNo)}</p>}
    </>
  )
}
