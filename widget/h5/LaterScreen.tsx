import { lazily } from '../ui/lazily.tsx'
import { CheckScreen } from './CheckScreen.tsx'
import { InvoiceScreen } from './InvoiceScreen.tsx'
import { MergeScreen } from './MergeScreen.tsx'
import { OrderList } from './OrderList.tsx'
import { ProveOrder } from './ProveOrder.tsx'
import { RequestScreen } from './RequestScreen.tsx'
import type { Step } from './steps.ts'

const CorrectScreen = lazily(async () => (await import('./CorrectScreen.tsx')).CorrectScreen)

/** The screens that nobody sees first when a QR code is scanned. */
export type LaterStep = Exclude<Step, { at: 'find' | 'order' }>

export function LaterScreen({ step }: { step: LaterStep }) {
  switch (step.at) {
    case 'proof':
      return <ProveOrder key={step.number} number={step.number} />
    case 'orders':
      return <OrderList />
    case 'check':
      return <CheckScreen key={step.orderIds.join()} orderIds={step.orderIds} />
    case 'merge':
      return <MergeScreen key={step.orderIds.join()} orderIds={step.orderIds} />
    case 'request':
      return <RequestScreen key={step.requestId} requestId={step.requestId} />
    case 'invoice':
      return <InvoiceScreen key={step.invoiceId} invoiceId={step.invoiceId} />
    case 'correct':
    case 'plan':
      return <CorrectScreen key={step.invoiceId} invoiceId={step.invoiceId} at={step.at} />
  }
}
