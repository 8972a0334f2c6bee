import type { OrderView } from '../../server/contract/orders.ts'
import { Ladder } from './Ladder.tsx'
import { Money } from './Money.tsx'

/** What was bought, and how much of it can be invoiced. */
export function OrderContents({ order }: { order: OrderView }) {
  return (
    <>
      <ul class="lines">
        {order.lines.map((line) => (
          <li key={line.lineNo}>
            <span>
              {line.title}
              {line.quantity !== null && <span class="muted"> × {line.quantity}</span>}
            </span>
            <Money fen={line.paidFen} />
          </li>
        ))}
      </ul>
      <Ladder ladder={order.ladder} />
    </>
  )
}
