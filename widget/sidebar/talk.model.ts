import type { FixAsk, InvoiceAsk, InvoiceRequestView, Preview } from '../../server/contract/invoicing.ts'
import type { OrderCandidate, OrderView } from '../../server/contract/orders.ts'
import { withBackOff } from '../api/back-off.ts'
import type { Call } from '../api/call.ts'
import { fixRequest } from '../api/fix-request.ts'
import { type FollowDeps, follow } from '../api/follow.ts'
import { getOrder } from '../api/get-order.ts'
import { getRequest } from '../api/get-request.ts'
import { lookUpOrder } from '../api/look-up-order.ts'
import { newKey } from '../api/new-key.ts'
import { previewRequest } from '../api/preview-request.ts'
import { ApiProblem } from '../api/problems.ts'
import { requestInvoice } from '../api/request-invoice.ts'
import { withdrawRequest } from '../api/withdraw-request.ts'
import type { ReissueDesk } from '../reissue/reissue.model.ts'
import {
  askFromDraft,
  draftFromHint,
  draftFromTyped,
  type FormFault,
  placeFaults,
  type TitleDraft,
} from '../ui/title-form.model.ts'

type OtherFault = ReturnType<typeof placeFaults>['others'][number]

type Form = {
  readonly order: OrderView
  readonly draft: TitleDraft
  readonly faults: readonly FormFault[]
  /** Faults without a field of their own, shown above the form. */
  readonly others: readonly OtherFault[]
  /** Why the deadline shall not count (F24); only where it has passed. */
  readonly overrideReason: string
}

/** How far a conversation is. A stage holds what exists in it and nothing else. */
export type Stage =
  | { readonly at: 'find' }
  | { readonly at: 'choose'; readonly number: string; readonly candidates: readonly OrderCandidate[] }
  | ({ readonly at: 'form' } & Form)
  /** `key` belongs to what is on the screen: pressed three times, it is one request. */
  | ({ readonly at: 'check'; readonly preview: Preview; readonly key: string } & Form)
  | { readonly at: 'request'; readonly order: OrderView; readonly request: InvoiceRequestView }

export type TalkState = {
  /** What stands in the order box. */
  readonly text: string
  /** The number as the server recognised it. */
  readonly number: string | null
  /** A number that the console brought while the agent was busy with another one. */
  readonly offered: string | null
  readonly stage: Stage
  readonly isBusy: boolean
  readonly failure: unknown
}

export type TalkDeps = FollowDeps & {
  readonly call: Call
  wait(ms: number): Promise<void>
  /** A request was made or moved. */
  onRequest(): void
}

/**
 * One conversation's state. Whatever is asked for it is answered into it, shown or not: an answer that
 * comes after the agent moved on waits here and is painted nowhere else.
 */
export type Talk = ReturnType<typeof createTalk>

const EMPTY: TalkState = {
  text: '',
  number: null,
  offered: null,
  stage: { at: 'find' },
  isBusy: false,
  failure: null,
}

const SETTLED: readonly string[] = ['issued', 'withdrawn', 'rejected']

export function createTalk(deps: TalkDeps) {
  const store = createStore()
  const { state, set, during } = store
  const moves = createMoves(deps, store)
  const desks = new Map<string, ReissueDesk>()
  const { leave, openOrder } = moves

  const find = (text: string) => {
    set({ text, number: null, offered: null })
    if (text.trim() === '') return
    during(async (isLatest) => {
      const { kind, number, order, candidates } = await lookUpOrder(deps.call, { text: text.slice(0, 500) })
      if (!isLatest()) return
      set({ number })
      if (kind === 'choose') leave({ at: 'choose', number, candidates })
      else if (order !== null) await openOrder(order, isLatest)
    })
  }

  return {
    state,
    subscribe: store.subscribe,
    find,
    type: (text: string) => set({ text }),
    choose: ({ orderId }: Pick<OrderCandidate, 'orderId'>) =>
      during(async (isLatest) => openOrder(await getOrder(deps.call, orderId), isLatest)),
    /** Correcting an issued invoice. It belongs to the conversation: what is typed waits here. */
    deskOf(invoiceId: string, make: () => ReissueDesk): ReissueDesk {
      const known = desks.get(invoiceId)
      if (known !== undefined) return known
      const desk = make()
      desks.set(invoiceId, desk)
      desk.subscribe(() => set({})) // What is the one thing to do now may be there.
      return desk
    },
    /** Something about this invoice is being corrected, or is ready to be carried out. */
    isCorrecting(invoiceId: string | null): boolean {
      const now = invoiceId === null ? null : desks.get(invoiceId)?.state()
      return now != null && (now.work !== null || (now.reissue?.actions.length ?? 0) > 0)
    },
    setOverrideReason(overrideReason: string) {
      const { stage } = state()
      if (stage.at === 'form') set({ stage: { ...stage, overrideReason } })
    },
    setDraft(draft: TitleDraft) {
      const { stage } = state()
      if (stage.at === 'form') set({ stage: { ...stage, draft } })
    },
    /** The console names an order: looked up where nothing is under way, offered where something is. */
    suggest(number: string) {
      const { stage, text, isBusy } = state()
      if (stage.at === 'find' && !isBusy && text.trim() === '') find(number)
      else if (number !== text.trim() && number !== state().number) set({ offered: number })
    },
    startOver() {
      set({ text: '', number: null })
      leave({ at: 'find' })
    },
    ...createFilling(deps, store, moves),
    ...createAnswers(deps, store, moves),
    close: moves.unfollow,
  }
}

type Moves = ReturnType<typeof createMoves>

/** From stage to stage. Order and request on the screen are kept true until the stage is left. */
function createMoves(deps: TalkDeps, { state, set }: Store) {
  let undo: (() => void)[] = []
  const unfollow = () => {
    for (const stop of undo.splice(0)) stop()
  }
  const leave = (stage: Stage) => {
    unfollow()
    set({ stage, failure: null })
    if ('order' in stage) undo = [followOrder(stage.order.id)]
  }
  const followOrder = (orderId: string) =>
    follow<OrderView>(deps, {
      topic: `order:${orderId}`,
      read: () => getOrder(deps.call, orderId),
      onValue(order) {
        const { stage } = state()
        if ('order' in stage && stage.order.id === orderId) set({ stage: { ...stage, order } })
      },
      // The request's own reading says when the network is gone.
      onFailure() {},
      isSettled: () => true,
    })
  const showRequest = (order: OrderView, first: InvoiceRequestView) => {
    leave({ at: 'request', order, request: first })
    undo.push(
      follow<InvoiceRequestView>(deps, {
        topic: `request:${first.id}`,
        read: () => getRequest(deps.call, first.id),
        onValue(request) {
          const { stage } = state()
          if (stage.at === 'request') set({ stage: { ...stage, request }, failure: null })
          deps.onRequest()
        },
        onFailure: (failure) => set({ failure }),
        isSettled: ({ state: reached }) => SETTLED.includes(reached),
      }),
    )
  }
  const openOrder = async (order: OrderView, isLatest: IsLatest) => {
    const standing = order.invoiceability.isInvoiceable ? null : order.request
    const request = standing === null ? null : await getRequest(deps.call, standing.id)
    if (!isLatest()) return
    if (request !== null) showRequest(order, request)
    else leave({ at: 'form', ...formOf(order, draftFromHint(order.titleHint)) })
  }
  const reopen = async (orderId: string, isLatest: IsLatest, draft?: TitleDraft) => {
    await openOrder(await getOrder(deps.call, orderId), isLatest)
    const { stage } = state()
    if (stage.at === 'form' && draft !== undefined) set({ stage: { ...stage, draft } })
  }
  return { leave, showRequest, openOrder, reopen, unfollow }
}

/** From the form over the check to the request, and back. */
function createFilling(deps: TalkDeps, { state, during }: Store, { leave, showRequest, reopen }: Moves) {
  const refuse = (form: Form, errors: Parameters<typeof placeFaults>[1]) => {
    leave({ at: 'form', ...form, ...placeFaults(form.draft, errors) })
  }
  const check = () => {
    const { stage } = state()
    if (stage.at !== 'form') return
    const { order, draft, overrideReason } = stage
    during(async (isLatest) => {
      const preview = await previewRequest(deps.call, askFrom(stage))
      if (!isLatest()) return
      const form = { ...formOf(order, draft), overrideReason }
      if (preview.errors.length > 0) refuse(form, preview.errors)
      else leave({ at: 'check', ...form, preview, key: newKey() })
    })
  }
  /** Faults lead back to their fields; an order that moved on shows its new face, with the same draft. */
  const recover = async ({ order, draft, overrideReason }: Form, cause: unknown, isLatest: IsLatest) => {
    if (!(cause instanceof ApiProblem) || !isLatest()) throw cause
    if (cause.errors.length > 0) return refuse({ ...formOf(order, draft), overrideReason }, cause.errors)
    if (cause.code.startsWith('order_')) await reopen(order.id, isLatest, draft)
    throw cause
  }
  const confirm = () => {
    const { stage, isBusy } = state()
    // The second and third click of an impatient hand.
    if (stage.at !== 'check' || isBusy) return
    const ask = askFrom(stage)
    during(async (isLatest) => {
      try {
        const made = await withBackOff({ wait: deps.wait }, () => requestInvoice(deps.call, ask, stage.key))
        deps.onRequest()
        if (isLatest()) showRequest(stage.order, made)
      } catch (cause) {
        await recover(stage, cause, isLatest)
      }
    })
  }
  const back = () => {
    const { stage } = state()
    if (stage.at === 'check') leave({ ...stage, at: 'form' })
  }
  return { check, confirm, back }
}

/** What can be done about a request that stands. */
function createAnswers(deps: TalkDeps, { state, during }: Store, { showRequest, reopen }: Moves) {
  const askAgain = () => {
    const { stage } = state()
    if (stage.at === 'request') during((isLatest) => reopen(stage.order.id, isLatest))
  }
  const withdraw = () => {
    const { stage } = state()
    if (stage.at !== 'request') return
    const { order, request } = stage
    during(async (isLatest) => {
      const withdrawn = await withdrawRequest(deps.call, request.id, `withdraw-${request.id}`)
      if (isLatest()) showRequest(order, withdrawn)
    })
  }
  /** Takes the request back and opens the form with what was typed (F6). */
  const edit = () => {
    const { stage } = state()
    if (stage.at !== 'request') return
    const { order, request } = stage
    during(async (isLatest) => {
      const { typed } = await withdrawRequest(deps.call, request.id, `edit-${request.id}`)
      deps.onRequest()
      if (isLatest()) await reopen(order.id, isLatest, typed === null ? undefined : draftFromTyped(typed))
    })
  }
  /** Answers a rejection: the same request goes on (F9). */
  const fix = (answer: FixAsk) => {
    const { stage, isBusy } = state()
    if (stage.at !== 'request' || isBusy) return
    const { order, request } = stage
    during(async (isLatest) => {
      const asked = { requestId: request.id, fix: answer, idempotencyKey: newKey() }
      const fixed = await withBackOff({ wait: deps.wait }, () => fixRequest(deps.call, asked))
      deps.onRequest()
      if (isLatest()) showRequest(order, fixed)
    })
  }
  return { askAgain, withdraw, edit, fix }
}

function formOf(order: OrderView, draft: TitleDraft): Form {
  return { order, draft, faults: [], others: [], overrideReason: '' }
}

/** Past the deadline the reason goes along, also an empty one: that it is missing is the server's to say. */
function askFrom({ order, draft, overrideReason }: Form): InvoiceAsk {
  const ask = askFromDraft([order.id], draft)
  const reason = overrideReason.trim()
  return order.invoiceability.overrideNeeded && reason.length > 1 ? { ...ask, override: { reason } } : ask
}

type Store = ReturnType<typeof createStore>

/** False once something newer was asked for in this conversation. */
type IsLatest = () => boolean

function createStore() {
  let current = EMPTY
  let turn = 0
  const listeners = new Set<() => void>()
  const set = (patch: Partial<TalkState>) => {
    current = { ...current, ...patch }
    for (const listener of [...listeners]) listener()
  }
  return {
    state: () => current,
    set,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** Busy while `work` runs. A later piece of work makes an earlier one's answer and failure stale. */
    during(work: (isLatest: IsLatest) => Promise<void>): void {
      const own = ++turn
      const isLatest = () => own === turn
      set({ isBusy: true, failure: null })
      work(isLatest).then(
        () => isLatest() && set({ isBusy: false }),
        (failure: unknown) => isLatest() && set({ isBusy: false, failure }),
      )
    },
  }
}
