import { connectRed } from '../../../server/connect-reissue.ts'
import { Problem } from '../../../server/contract/problem.ts'
import type { ReissueAsk } from '../../../server/contract/reissues.ts'
import type { InTransaction, Tx } from '../../../server/database/database.ts'
import { listOrderInvoices } from '../../../server/invoicing/order-invoices.store.ts'
import { SHIPPED_SETTINGS } from '../../../server/invoicing/rules/settings.ts'
import type { Issuer } from '../../../server/issuers/issuer.ts'
import { addJob } from '../../../server/jobs/add-job.ts'
import { CORRECT_ORDER, correctOrder } from '../../../server/orders/correct-order.ts'
import { approveReissue, executeReissue, withdrawReissue } from '../../../server/reissue/decide-reissue.ts'
import { askAboutRedJob, requestRedJob, takeRedBackJob } from '../../../server/reissue/red.job.ts'
import { getReissue } from '../../../server/reissue/reissue.store.ts'
import { retryBlue } from '../../../server/reissue/retry-blue.ts'
import { draftReissue, startReissue } from '../../../server/reissue/start-reissue.ts'
import { findBookFaults } from '../../support/check-books.ts'
import { type Dice, rollDice } from '../../support/dice.ts'
import { type FaultyIssuer, openFaultyIssuer } from '../../support/faulty-issuer.ts'
import { Crash, issuingJobs } from '../../support/issuing-deps.ts'
import { AGENT, type IssuingDesk, openIssuingDesk, paidOrder } from '../../support/issuing-desk.ts'
import { type JobBench, openJobBench } from '../../support/job-bench.ts'
import { OTHER } from './reissue-desk.ts'

const FINANCE = { kind: 'staff', id: 'finance-1' } as const
const LAG_MS = 5_000
const CONSENT_MS = 2 * 3_600_000
const STEPS = 25

/** One world that many stories are told in, one after the other; each with orders and an issuer of its own. */
export type Stories = {
  /** Everything that is wrong at the end of this story; empty is right. */
  tell(seed: number): Promise<string[]>
  close(): Promise<void>
}

export async function openStories(): Promise<Stories> {
  const stage: Stage = {
    issuer: openFaultyIssuer(issuerOptions(0, rollDice(0), () => new Date())),
    dice: rollDice(0),
    isCalm: true,
  }
  const desk = await openIssuingDesk({ issuer: currentIssuer(stage) })
  const deps = { ...desk.deps, inTransaction: mortal(desk.inTransaction, stage) }
  const red = connectRed(
    {
      ...{ vault: desk.vault, now: deps.now, inTransaction: deps.inTransaction, timeoutMs: 2_000 },
      issuerOf: deps.issuerOf,
      termsOf: () => ({ capabilities: stage.issuer.issuer.capabilities(), settings: SHIPPED_SETTINGS }),
    },
    deps.getSeller,
  )
  const correcting = correctOrder({
    ...{ now: deps.now, inTransaction: deps.inTransaction, addJob, listOrderInvoices },
    async draftCorrection(tx, place) {
      await draftReissue(red, tx, place)
    },
  })
  const jobs = await openJobBench(
    desk.url,
    [...issuingJobs(deps), requestRedJob(red), askAboutRedJob(red), takeRedBackJob(red), correcting],
    deps.now,
  )
  const world: World = { desk, jobs, red, stage }
  return {
    tell: (seed) => tell(world, seed),
    async close() {
      await jobs.close()
      await desk.close()
    },
  }
}

type Stage = { issuer: FaultyIssuer; dice: Dice; isCalm: boolean }
type World = { desk: IssuingDesk; jobs: JobBench; red: ReturnType<typeof connectRed>; stage: Stage }

const issuerOptions = (series: number, dice: Dice, now: () => Date) => ({
  series,
  dice,
  now,
  lagMs: LAG_MS,
  consentMs: CONSENT_MS,
})

/** Processes die before and after what they do outside. */
function currentIssuer(stage: Stage): Issuer {
  const mayDie = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    dieSometimes(stage)
    const answer = await work()
    dieSometimes(stage)
    return answer
  }
  const now = () => stage.issuer.issuer
  return {
    id: 'sandbox',
    capabilities: () => now().capabilities(),
    issue: (sending, signal) => mayDie(() => now().issue(sending, signal)),
    query: (serial, signal) => mayDie(() => now().query(serial, signal)),
    requestRed: (sending, signal) => mayDie(() => now().requestRed(sending, signal)),
    queryRed: (formSerial, signal) => mayDie(() => now().queryRed(formSerial, signal)),
    revokeRed: (formSerial, signal) => mayDie(() => now().revokeRed(formSerial, signal)),
    session: (signal) => now().session(signal),
    credit: (signal) => now().credit(signal),
  }
}

/** And before and after a commit. */
function mortal(inTransaction: InTransaction, stage: Stage): InTransaction {
  return async (work) => {
    const result = await inTransaction(async (tx: Tx) => {
      const done = await work(tx)
      dieSometimes(stage)
      return done
    })
    dieSometimes(stage)
    return result
  }
}

function dieSometimes({ isCalm, dice }: Stage): void {
  if (!isCalm && dice.below(100) < 4) throw new Crash('by dice')
}

async function tell(world: World, seed: number): Promise<string[]> {
  const { desk, stage } = world
  stage.dice = rollDice(seed)
  stage.issuer = openFaultyIssuer(issuerOptions(seed, stage.dice, desk.deps.now))
  const story: Story = {
    ...world,
    dice: stage.dice,
    number: `S-${seed}`,
    orderId: '',
    refunds: [],
    hasRefunds: stage.dice.below(2) === 0,
  }
  story.orderId = await desk.order(story.number)
  stage.isCalm = false
  await desk.ask(story.orderId, { email: null })
  for (let step = 0; step < STEPS; step++) await takeStep(story)
  stage.isCalm = true
  stage.issuer.calmDown()
  const faults = await drain(story)
  return [...faults, ...stage.issuer.offences, ...(await compareBooks(story))]
}

type Refund = {
  reference: string
  state: 'applied' | 'completed' | 'rejected'
  amountFen: bigint
  lineNo: number | null
}
type Story = World & {
  dice: Dice
  number: string
  orderId: string
  refunds: Refund[]
  /** In half of the stories nothing is given back. */
  hasRefunds: boolean
}

function takeStep(story: Story): Promise<void> {
  const { dice } = story
  const act = dice.pick<(story: Story) => Promise<unknown>>([
    [60, runOneJob],
    [12, change],
    [10, refund],
    [5, execute],
    [5, decide],
    [4, withdraw],
    [4, retry],
  ])
  return survive(() => act(story))
}

/** A process that dies is started again, and a person who is refused reads why. */
async function survive(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Crash) && !(error instanceof Problem)) throw error
  }
}

async function runOneJob({ jobs, desk }: Story): Promise<void> {
  if ((await jobs.runNext()) !== null) return
  const [next] = await ownJobs(jobs)
  if (next !== undefined) desk.clock.advance(Math.max(0, next.runAt.getTime() - desk.clock.at.getTime()))
}

/** Files and mails are no part of the story. */
async function ownJobs(jobs: JobBench) {
  const waiting = await jobs.waiting()
  return waiting.filter(({ kind }) => /^(reissue|invoice|order)\./.test(kind))
}

async function change({ desk, red, dice, orderId }: Story): Promise<void> {
  const invoiceId = await newestBlue(desk, orderId)
  if (invoiceId === null) return
  const ask = dice.pick<ReissueAsk>([
    [5, { cause: 'title', title: OTHER }],
    [3, { cause: 'title', title: { ...OTHER, name: `${OTHER.name}（${dice.below(9)}）` } }],
    [2, { cause: 'refund' }],
    [1, { cause: 'other', method: 'full_red' }],
  ])
  await red.inTransaction((tx) =>
    startReissue(red, tx, {
      ...{ merchantId: desk.merchantId, invoiceId, planner: 'agent', surface: 'sidebar', actor: AGENT, ask },
    }),
  )
}

async function newestBlue({ database }: IssuingDesk, orderId: string): Promise<string | null> {
  const found = await database.invoice.findFirst({
    where: {
      colour: 'blue',
      state: { in: ['issued', 'partly_reversed'] },
      allocations: { some: { orderId } },
    },
    orderBy: { id: 'desc' },
    select: { id: true },
  })
  return found?.id ?? null
}

async function refund({ desk, dice, number, refunds, hasRefunds }: Story): Promise<void> {
  if (!hasRefunds) return
  const open = refunds.find(({ state }) => state === 'applied')
  if (open !== undefined) open.state = dice.below(100) < 80 ? 'completed' : 'rejected'
  else {
    const amountFen = BigInt(1 + dice.below(9_000))
    const lineNo = dice.pick<number | null>([
      [1, null],
      [1, 1],
    ])
    refunds.push({ reference: `${number}-${refunds.length}`, state: 'applied', amountFen, lineNo })
  }
  const lately = paidOrder(number)
  const givenBack = refunds.reduce((sum, each) => sum + (each.state === 'rejected' ? 0n : each.amountFen), 0n)
  if (givenBack <= lately.paidFen) await desk.report(number, { refunds: [...refunds] })
  else refunds.pop()
}

async function execute({ desk, red }: Story): Promise<void> {
  const id = await newestReissue(desk)
  if (id !== null) await red.inTransaction((tx) => executeReissue(red, tx, { id, actor: AGENT }))
}

async function decide({ desk, red }: Story): Promise<void> {
  const id = await newestReissue(desk)
  if (id === null) return
  const { version } = await getReissue(desk.database, id)
  await red.inTransaction((tx) => approveReissue(red, tx, { id, actor: FINANCE, version }))
}

async function withdraw({ desk, red }: Story): Promise<void> {
  const id = await newestReissue(desk)
  if (id !== null) await red.inTransaction((tx) => withdrawReissue(red, tx, { id, actor: AGENT }))
}

async function retry({ desk, red }: Story): Promise<void> {
  const id = await newestReissue(desk)
  if (id !== null) await red.inTransaction((tx) => retryBlue(red, tx, { id, actor: AGENT, title: null }))
}

async function newestReissue({ database }: IssuingDesk): Promise<string | null> {
  const found = await database.reissue.findFirst({ orderBy: { id: 'desc' }, select: { id: true } })
  return found?.id ?? null
}

/** Everybody does what is left to do. What is still open then is a fault. */
async function drain(story: Story): Promise<string[]> {
  const { desk, jobs } = story
  await completeRefunds(story)
  for (let turn = 0; turn < 1_000; turn++) {
    await runOneJob(story)
    const left = (await ownJobs(jobs)).map(({ kind }) => kind)
    // The look at a stale order waits for people, too.
    if (left.some((kind) => kind !== CORRECT_ORDER)) continue
    const open = await findOpen(desk)
    if (open === null && left.length === 0) return []
    if (open !== null && !(await helpAlong(story, open))) return [`reissue stays ${open.state}: ${open.id}`]
  }
  return [`never at rest: ${(await ownJobs(jobs)).map(({ kind }) => kind).join(' ')}`]
}

async function completeRefunds({ desk, refunds, number }: Story): Promise<void> {
  for (const each of refunds) if (each.state === 'applied') each.state = 'completed'
  if (refunds.length > 0) await desk.report(number, { refunds: [...refunds] })
}

type Open = { id: string; state: string; version: number }

const HELP: Record<string, (story: Story) => Promise<void>> = {
  planned: execute,
  in_review: decide,
  blue_failed: retry,
}

/** What no longer fits what was shown is taken back; a refund then drafts what does. */
async function helpAlong(story: Story, { id, state, version }: Open): Promise<boolean> {
  const help = HELP[state] ?? withdraw
  for (const act of [help, withdraw]) {
    await survive(() => act(story))
    const moved = await getReissue(story.desk.database, id)
    if (moved.version !== version || (await ownJobs(story.jobs)).length > 0) return true
  }
  return false
}

function findOpen({ database }: IssuingDesk) {
  return database.reissue.findFirst({
    where: {
      state: { notIn: ['done', 'rejected', 'red_refused', 'buyer_refused', 'lapsed', 'withdrawn'] },
    },
    select: { id: true, state: true, version: true },
  })
}

/** Ours against the issuer's, which shares nothing with ours but the payloads. */
async function compareBooks({ desk, stage, orderId }: Story): Promise<string[]> {
  const rows = await desk.database.invoice.findMany({
    where: { allocations: { some: { orderId } } },
    include: { request: { select: { reissueId: true } } },
  })
  const faults = (await findBookFaults(desk.database)).map(({ what, id }) => `${what}: ${id}`)
  const { ledger } = stage.issuer
  const ours = rows.map(({ number, grossFen, taxFen }) => `${number} ${grossFen} ${taxFen}`).sort()
  const theirs = ledger.map(({ number, grossFen, taxFen }) => `${number} ${grossFen} ${taxFen}`).sort()
  if (ours.join() !== theirs.join()) faults.push(`ours ${ours.join()} theirs ${theirs.join()}`)

  const order = await desk.database.order.findUniqueOrThrow({ where: { id: orderId } })
  const live = ledger.reduce((sum, { grossFen }) => sum + grossFen, 0n)
  const most = order.paidFen - order.platformFen - order.refundedFen
  if (live > most && !order.isOverInvoiced) faults.push(`${live} fen are invoiced of ${most}`)

  const at = (number: string | undefined) => ledger.findIndex((entry) => entry.number === number)
  for (const { number, request } of rows) {
    if (request === null || request.reissueId === null) continue
    const red = rows.find(({ reissueId }) => reissueId === request.reissueId)
    if (red === undefined || at(red.number) > at(number)) faults.push(`${number} came before its red`)
  }
  return faults
}
