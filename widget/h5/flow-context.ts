import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { InvoiceRequestView } from '../../server/contract/invoicing.ts'
import type { OrderView } from '../../server/contract/orders.ts'
import type { Client } from '../api/client.ts'
import type { ReissueDesk } from '../reissue/reissue.model.ts'
import type { TitleBook } from '../title-book/title-book.model.ts'
import type { FormFault } from '../ui/title-form.model.ts'
import type { DraftStore } from './draft-store.ts'
import type { Steps } from './steps.ts'

/** What a host may want to hear; plain data, safe to post to another window. */
export type FlowEvent =
  | { kind: 'submitted'; requestId: string; ticketNumber: string }
  | { kind: 'status'; requestId: string; state: InvoiceRequestView['state'] }
  | { kind: 'issued'; requestId: string; invoiceId: string }

/** What the screens share. Nothing in here is shown: a change of it draws nothing. */
export type Flow = {
  readonly client: Client
  readonly steps: Steps
  readonly drafts: DraftStore
  /** Orders seen so far, by id: for going back without an empty page. */
  readonly orders: Map<string, OrderView>
  /** What the server found wrong with a form, until the form shows it. */
  readonly faults: Map<string, readonly FormFault[]>
  /** What is being corrected, by invoice: a step to the plan and back keeps what was typed. */
  readonly desks: Map<string, ReissueDesk>
  /** Orders whose rejected request is to be asked for anew: their form is shown, not the request. */
  readonly anew: Set<string>
  /** 抬头簿, once its script came; only for a customer whom the merchant's backend vouched for. */
  readonly titles: { book: TitleBook | null }
  tell(event: FlowEvent): void
}

const FlowContext = createContext<Flow | null>(null)

export const FlowProvider = FlowContext.Provider

/** Throws outside `CustomerFlow`: a screen without its flow is a bug. */
export function useFlow(): Flow {
  const flow = useContext(FlowContext)
  if (flow === null) throw new Error('a screen stands outside its flow')
  return flow
}
