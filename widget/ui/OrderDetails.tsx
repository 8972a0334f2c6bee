import type { OrderView } from '../../server/contract/orders.ts'
import { useWords } from '../i18n/locale.tsx'
import { OrderContents } from './OrderContents.tsx'

/** What was bought and how much of it can be invoiced, folded until somebody asks. */
export function OrderDetails({ order }: { order: OrderView }) {
  const { texts } = useWords()
  return (
    <details class="more">
      <summary>{texts.actions.details}</summary>
      <div class="stack">
        <OrderContents order={order} />
      </div>
    </details>
  )
}
