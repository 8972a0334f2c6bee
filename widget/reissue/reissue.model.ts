import type { InvoiceView } from '../../server/contract/invoicing.ts'
import type { ReissueAsk, ReissueOffer, ReissuePlan, ReissueView } from '../../server/contract/reissues.ts'
import { acknowledgeReissue } from '../api/acknowledge-reissue.ts'
import { withBackOff } from '../api/back-off.ts'
import type { Call } from '../api/call.ts'
import { type FollowDeps, follow } from '../api/follow.ts'
import { getReissue } from '../api/get-reissue.ts'
import { getReissueOffer } from '../api/get-reissue-offer.ts'
import { moveReissue, type ReissueMove, retryBlueWith } from '../api/move-reissue.ts'
import { newKey } from '../api/new-key.ts'
import { planReissue } from '../api/plan-reissue.ts'
import { ApiProblem } from '../api/problems.ts'
import { requestReissue } from '../api/request-reissue.ts'
import { type FormFault, placeFaults } from '../ui/title-form.model.ts'
import { askFromCorrection, beginCorrection, type Correction } from './correction.model.ts'

/** States in which a reissue moves no more. */
export const ENDED: readonly ReissueView['state'][] = [
  'done',
  'rejected',
  'red_refused',
  'buyer_refused',
  'lapsed',
  'withdrawn',
]

type OtherFault = ReturnType<typeof placeFaults>['others'][number]

type Form = {
  readonly correction: Correction
  readonly faults: readonly FormFault[]
  /** Faults without a field of their own, shown above the form. */
  readonly others: readonly OtherFault[]
}

/** What a person is doing about the invoice, besides looking at it. */
export type Work =
  | ({ readonly at: 'form' } & Form)
  /** `key` belongs to the plan on the screen: confirmed three times, it is one reissue. */
  | ({
      readonly at: 'plan'
      readonly ask: ReissueAsk
      readonly plan: ReissuePlan
      readonly key: string
    } & Form)

export type ReissueDeskState = {
  readonly offer: ReissueOffer | null
  /** The one that runs, or ended last. */
  readonly reissue: ReissueView | null
  readonly work: Work | null
  readonly isBusy: boolean
  readonly failure: unknown
}

export type ReissueDeskDeps = FollowDeps & { readonly call: Call; wait(ms: number): Promise<void> }

/** Everything about correcting one invoice: what is offered, what is typed, and the reissue that runs. */
export type ReissueDesk = ReturnType<typeof createReissueDesk>

export function createReissueDesk(deps: ReissueDeskDeps, invoiceId: string) {
  const store = createStore()
  const { state, set } = store
  const watch = createWatch(deps, store, invoiceId)
  const during = (work: () => Promise<void>) => {
    // The second and third click of an impatient hand.
    if (state().isBusy) return
    set({ isBusy: true, failure: null })
    work().then(
      () => set({ isBusy: false }),
      (failure: unknown) => set({ isBusy: false, failure }),
    )
  }
  const move = (act: ReissueMove | 'acknowledge') => {
    const { reissue } = state()
    if (reissue === null) return
    during(async () => {
      try {
        const send = () =>
          act === 'acknowledge'
            ? acknowledgeReissue(deps.call, reissue)
            : moveReissue(deps.call, reissue, act)
        watch.take(await withBackOff({ wait: deps.wait }, send))
      } catch (cause) {
        watch.take(await getReissue(deps.call, reissue.id).catch(() => reissue))
        throw cause
      }
    })
  }
  return {
    invoiceId,
    state,
    subscribe: store.subscribe,
    /** Reads and keeps reading; answers its undo. What is typed outlives it. */
    open: watch.open,
    ...createPlanning({ deps, store, invoiceId, during, take: watch.take }),
    execute: () => move('execute'),
    withdraw: () => move('withdraw'),
    retryBlue: () => move('retry-blue'),
    acknowledge: () => move('acknowledge'),
  }
}

type Planning = {
  deps: ReissueDeskDeps
  store: Store
  invoiceId: string
  during(work: () => Promise<void>): void
  take(reissue: ReissueView): void
}

/** From the form over the plan to a reissue, and back. */
function createPlanning({ deps, store, invoiceId, during, take }: Planning) {
  const { state, set } = store
  const refuse = ({ correction }: Form, errors: Parameters<typeof placeFaults>[1]) =>
    set({ work: { at: 'form', correction, ...placeFaults(correction.draft, errors) } })
  const plan = (form: Form) =>
    during(async () => {
      const ask = askFromCorrection(form.correction)
      const found = await planReissue(deps.call, invoiceId, ask)
      // Without a form there are no fields to go back to: the plan says itself what stands against it.
      const isFaulty = found.errors.length > 0 && form.correction.cause === 'title'
      if (isFaulty) refuse(form, found.errors)
      else set({ work: { at: 'plan', ...clean(form), ask, plan: found, key: newKey() } })
    })
  const retry = (form: Form, reissue: ReissueView) =>
    during(async () => {
      const { title } = askFromCorrection(form.correction)
      if (title === undefined) return
      try {
        take(await withBackOff({ wait: deps.wait }, () => retryBlueWith(deps.call, reissue, title)))
        set({ work: null })
      } catch (cause) {
        if (!(cause instanceof ApiProblem) || cause.errors.length === 0) throw cause
        refuse(form, cause.errors)
      }
    })
  return {
    begin(cause: Correction['cause'], invoice: Pick<InvoiceView, 'buyerName' | 'buyerTaxId' | 'kind'>) {
      const form: Form = { correction: beginCorrection(cause, invoice), faults: [], others: [] }
      set({ failure: null })
      if (cause === 'title') set({ work: { at: 'form', ...form } })
      else plan(form)
    },
    type(correction: Correction) {
      const { work } = state()
      if (work?.at === 'form') set({ work: { ...work, correction } })
    },
    check() {
      const { work, reissue } = state()
      if (work === null) return
      // The red stands already: there is no other plan than the new invoice.
      if (reissue?.state === 'blue_failed') retry(work, reissue)
      else plan(work)
    },
    choose(method: NonNullable<ReissueAsk['method']>) {
      const { work } = state()
      if (work !== null) plan({ ...work, correction: { ...work.correction, method } })
    },
    back() {
      const { work } = state()
      const isForm = work?.at === 'plan' && work.correction.cause === 'title'
      set({ failure: null, work: isForm ? { at: 'form', ...clean(work) } : null })
    },
    cancel: () => set({ work: null, failure: null }),
    submit() {
      const { work } = state()
      if (work?.at !== 'plan') return
      during(async () => {
        const asked = { invoiceId, ask: work.ask, idempotencyKey: work.key }
        try {
          take(await withBackOff({ wait: deps.wait }, () => requestReissue(deps.call, asked)))
          set({ work: null })
        } catch (cause) {
          if (!(cause instanceof ApiProblem) || cause.errors.length === 0) throw cause
          refuse(work, cause.errors)
        }
      })
    },
  }
}

function clean({ correction }: Form): Form {
  return { correction, faults: [], others: [] }
}

/** Keeps the offer and the reissue that it names true, for as long as somebody looks. */
function createWatch(deps: ReissueDeskDeps, { state, set }: Store, invoiceId: string) {
  let viewers = 0
  let unread: () => void = () => {}
  let followed: { id: string; stop(): void } | null = null
  const unfollow = () => {
    followed?.stop()
    followed = null
  }
  const followReissue = (id: string) => {
    if (viewers === 0 || followed?.id === id) return
    unfollow()
    const stop = follow<ReissueView>(deps, {
      topic: `reissue:${id}`,
      read: () => getReissue(deps.call, id),
      onValue: (reissue) => set({ reissue }),
      onFailure: (failure) => set({ failure }),
      isSettled: ({ state: reached }) => ENDED.includes(reached),
    })
    followed = { id, stop }
  }
  const seeOffer = (offer: ReissueOffer) => {
    set({ offer })
    if (offer.reissueId !== null) followReissue(offer.reissueId)
  }
  return {
    /** An answer to something that was done is newer than what was read before. */
    take(reissue: ReissueView) {
      const { reissue: before } = state()
      if (before?.id === reissue.id && before.version > reissue.version) return
      set({ reissue })
      followReissue(reissue.id)
    },
    open(): () => void {
      viewers += 1
      if (viewers === 1) {
        unread = follow<ReissueOffer>(deps, {
          topic: `invoice:${invoiceId}`,
          read: () => getReissueOffer(deps.call, invoiceId),
          onValue: seeOffer,
          onFailure: (failure) => set({ failure }),
          isSettled: () => true,
        })
      }
      return () => {
        viewers -= 1
        if (viewers > 0) return
        unread()
        unfollow()
      }
    },
  }
}

type Store = ReturnType<typeof createStore>

function createStore() {
  let current: ReissueDeskState = { offer: null, reissue: null, work: null, isBusy: false, failure: null }
  const listeners = new Set<() => void>()
  return {
    state: () => current,
    set(patch: Partial<ReissueDeskState>) {
      current = { ...current, ...patch }
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
