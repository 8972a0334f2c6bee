import type { FieldChange, ReissueMethod, ReissuePlan, ReissueState } from '../../server/contract/reissues.ts'
import { useWords } from './locale.tsx'
import { reissueEn } from './reissue-en.ts'
import { reissueZhCN } from './reissue-zh-cn.ts'
import type { Locale } from './texts.ts'

type ByState = Readonly<Record<ReissueState, string>>
type SagaStep = 'plan' | 'review' | 'form' | 'consent' | 'red' | 'blue' | 'notify' | 'done'

/** 换开 in words, for customers and agents. Loaded with its screens: nobody needs it for a first invoice. */
export type ReissueTexts = {
  readonly heading: string
  readonly ask: string
  readonly correct: string
  readonly correctHint: (left: number) => string
  readonly correctIntro: string
  readonly correctNone: string
  readonly agentActions: { readonly title: string; readonly kind: string; readonly refund: string }
  readonly agentHeading: string
  readonly keepTaxId: (masked: string) => string
  readonly toPlan: string
  readonly cancel: string
  readonly backToForm: string
  readonly planHeading: string
  readonly planIntro: string
  readonly changesHeading: string
  readonly before: string
  readonly after: string
  readonly nothing: string
  readonly fields: Readonly<Record<FieldChange['field'], string>>
  readonly documents: string
  readonly red: string
  readonly blue: string
  readonly difference: string
  readonly tax: (amount: string) => string
  readonly reason: string
  readonly reasons: Readonly<Record<ReissuePlan['reason'], string>>
  readonly method: string
  readonly methods: Readonly<Record<ReissueMethod, string>>
  readonly consent: string
  readonly consents: Readonly<Record<ReissuePlan['buyerConsent'], (hours: number) => string>>
  readonly credit: string
  readonly creditEffect: (restored: string, needed: string) => string
  readonly creditAvailable: (amount: string) => string
  readonly review: string
  readonly reviews: Readonly<Record<NonNullable<ReissuePlan['reviewReason']> | 'none', string>>
  readonly writeBack: string
  readonly writeBackPlan: { readonly yes: string; readonly no: string }
  readonly writeBacks: Readonly<Record<'queued' | 'accepted' | 'refused' | 'not_connected', string>>
  readonly oldLink: string
  readonly oldLinks: Readonly<Record<ReissuePlan['oldLink'], string>>
  readonly time: string
  readonly seconds: (count: number) => string
  readonly minutes: (count: number) => string
  readonly left: (count: number) => string
  readonly leftOwn: (count: number) => string
  readonly offerLeft: (count: number) => string
  readonly limits: Readonly<Record<'agent' | 'customer', string>>
  readonly save: string
  readonly submitOwn: string
  readonly execute: string
  readonly executeHint: string
  readonly withdraw: string
  readonly retryBlue: string
  readonly retryOther: string
  readonly retryIntro: string
  readonly again: string
  readonly states: ByState
  readonly sentences: ByState
  readonly doneBy: Readonly<Record<ReissueMethod, string>>
  readonly heldReasons: Readonly<Record<'offline' | 'credit_exhausted' | 'login_needed', string>>
  readonly next: Readonly<Partial<Record<ReissueState, string>>>
  readonly nextStep: string
  readonly steps: Readonly<Record<SagaStep, string>>
  readonly stopped: string
  readonly consentLeft: (left: string, until: string) => string
  readonly consentOver: string
  readonly acknowledged: (time: string) => string
  readonly notAcknowledged: string
  readonly askCustomer: string
  readonly acknowledgeText: (url: string) => string
  readonly acknowledgeUntil: (time: string) => string
  readonly acknowledgeHeading: string
  readonly acknowledgeIntro: string
  readonly acknowledge: string
  readonly acknowledgeDone: string
  readonly acknowledgeWrong: string
  readonly waitsFinance: string
  readonly redForm: string
  readonly related: string
  readonly original: string
  readonly redInvoice: string
  readonly replacement: string
  readonly openReplacement: string
  readonly openOriginal: string
  readonly seeProgress: string
  readonly stale: (amount: string) => string
  readonly staleCustomer: string
  readonly staleNext: string
  readonly refundOpen: string
  readonly details: string
  readonly rate: string
  readonly hours: (hours: number, minutes: number) => string
}

export const REISSUE_TABLES: Readonly<Record<Locale, ReissueTexts>> = { 'zh-CN': reissueZhCN, en: reissueEn }

export const useReissueTexts = (): ReissueTexts => REISSUE_TABLES[useWords().locale]
