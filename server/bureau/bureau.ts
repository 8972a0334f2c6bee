import { type Account, ANY_ACCOUNT, availableFen } from './accounts.ts'
import { openBooks } from './books.ts'
import { drawFault, type FaultName } from './faults.ts'
import { type FormAct, lapseForms, markUsed, moveForm } from './move-form.ts'
import { createNews, type Post, postNews } from './news.ts'
import type { AccountSet, ChannelState, Usage } from './records.ts'
import { drawMs, patchSettings, type Settings } from './settings.ts'
import { takeRed, viewRed } from './take-red.ts'
import { setAccount, type TakeDeps, takeSheet, type Verdict } from './take-sheet.ts'
import { createTeller } from './tell.ts'
import { createVerify } from './verify.ts'
import type { Entry } from './view-entry.ts'

export type Bureau = Awaited<ReturnType<typeof openBureau>>

/** Which calls an ordered fault waits for. */
export const CALLS = ['any', 'issue', 'red'] as const
export type Call = (typeof CALLS)[number]

type Options = {
  readonly path: string
  readonly settings: Settings
  readonly defaultLineFen: number
  readonly region: string
  readonly district?: string
  readonly now: () => Date
  readonly random: () => number
  readonly onBroken: (cause: unknown) => void
  readonly post?: Post
}

const DISTRICT = '420111'

/** The truth of the simulator and the knobs that bend its answers. Knows no HTTP. */
export async function openBureau(options: Options) {
  const { path, defaultLineFen, region, district = DISTRICT, random, onBroken, post = postNews } = options
  const books = await openBooks({ path, defaultLineFen, random, onBroken })
  let settings = options.settings
  // Its own clock: the machine's, moved ahead as far as somebody wanted.
  const now = () => new Date(options.now().getTime() + books.offsetMs())
  const nowMs = () => now().getTime()
  const deps: TakeDeps = { books, region, district, now, random, settings: () => settings }
  const news = createNews({ settings: () => settings, nowMs, random, post })
  const teller = createTeller(deps, news)

  const patch = (given: Readonly<Record<string, unknown>>): { readonly wrong: string } | null => {
    const read = patchSettings(settings, given)
    if ('wrong' in read) return read
    settings = read.settings
    return null
  }

  return {
    /** Not `isAnswered`: the reply is about to be lost on its way. */
    async issue(payload: Buffer, isAnswered = true): Promise<Verdict> {
      const verdict = takeSheet(deps, payload)
      await books.settled()
      teller.tellSheet(verdict, isAnswered)
      return verdict
    },

    /** Null where nothing is known, or the index does not show it yet. */
    async find(serial: string): Promise<Entry | null> {
      const entry = books.entry(serial)
      await books.settled()
      return entry?.t === 'numbered' && nowMs() < entry.visibleMs ? null : entry
    },

    ...openForms(deps, teller),
    ...createFaults(() => settings, random),
    ...openAccounts(deps, teller),
    isQueryFailing: () => random() < settings.queryErrorShare,
    latencyMs: () => drawMs(settings.latency, random),
    verify: createVerify({ books, settings: () => settings, nowMs }),

    settings: () => settings,
    patch,

    /** Moves the bureau's clock ahead, for good; what became due is written down and told. */
    async advance(ms: number): Promise<void> {
      books.put({ t: 'clock', offsetMs: books.offsetMs() + ms })
      teller.tick()
      await books.settled()
    },
    /** What time does by itself: lapses are written down and news that are due go out. */
    async tick(): Promise<void> {
      teller.tick()
      await books.settled()
      await news.flush()
    },
    newsCount: news.waitingCount,

    /** The truth, lag or not. For the desk of the simulator only: it may not be on the disk yet. */
    peek: books.entry,
    rows: books.rows,
    count: books.count,
    numberedCount: books.numberedCount,
    nowMs,
    close: books.close,
  }
}

type Teller = ReturnType<typeof createTeller>

function openForms(deps: TakeDeps, teller: Teller) {
  const { books } = deps
  return {
    async requestRed(payload: Buffer, isAnswered = true): Promise<Verdict> {
      const verdict = takeRed(deps, payload)
      await books.settled()
      teller.tellForm(verdict, isAnswered)
      return verdict
    },

    /** Null: never heard of it. */
    async findRed(formSerial: string): Promise<object | null> {
      lapseForms(deps)
      const view = viewRed(deps, formSerial)
      await books.settled()
      return view
    },

    /** False where the form does not wait (any more). */
    async moveForm(formSerial: string, act: FormAct): Promise<boolean> {
      lapseForms(deps)
      const isMoved = moveForm(deps, formSerial, act)
      await books.settled()
      if (isMoved) teller.tellMoved(formSerial)
      return isMoved
    },

    async markUsed(number: string, usage: Usage): Promise<boolean> {
      const isKnown = markUsed(deps, number, usage)
      await books.settled()
      return isKnown
    },

    forms: books.forms,
    invoice: books.invoice,
  }
}

function createFaults(settings: () => Settings, random: () => number) {
  let next: { fault: FaultName; call: Call }[] = []
  return {
    /** How this answer goes wrong, if it does: what was ordered first, then the dice. */
    nextFault(call: Call = 'any'): FaultName | null {
      const at = next.findIndex((one) => one.call === 'any' || one.call === call || call === 'any')
      const [ordered] = at === -1 ? [] : next.splice(at, 1)
      return ordered?.fault ?? drawFault(settings().faultShares, random)
    },
    failNext(fault: FaultName, times: number, call: Call = 'any') {
      next = [...next, ...Array.from({ length: times }, () => ({ fault, call }))]
    },
    pendingFaults: (): readonly FaultName[] => next.map(({ fault }) => fault),
  }
}

function openAccounts({ books, now }: TakeDeps, teller: Teller) {
  const nowMs = () => now().getTime()
  const accounts = () => books.accounts.all(nowMs())

  /** Null changes every account, and those still to come. */
  const change = async (taxId: string | null, what: Partial<Pick<AccountSet, 'channel' | 'lineFen'>>) => {
    const named =
      taxId === null
        ? [...accounts(), books.accounts.get(ANY_ACCOUNT, nowMs())]
        : [books.accounts.get(taxId, nowMs())]
    for (const account of named) setAccount(books, account, what)
    await books.settled()
    if (what.channel !== undefined)
      for (const account of named) teller.tellSession(account.taxId, what.channel)
  }

  return {
    accounts,
    /** Of one seller; without a name, whoever of all is worst off: offline first, then least credit. */
    account: (taxId: string | null): Account =>
      taxId === null
        ? worst(accounts(), books.accounts.get(ANY_ACCOUNT, nowMs()))
        : books.accounts.get(taxId, nowMs()),
    setChannel: (taxId: string | null, channel: ChannelState) => change(taxId, { channel }),
    setCreditLine: (taxId: string | null, lineFen: number) => change(taxId, { lineFen }),
  }
}

function worst(accounts: readonly Account[], pattern: Account): Account {
  const rank = ({ channel }: Account) => (channel === 'online' ? 1 : 0)
  const byNeed = (a: Account, b: Account) => rank(a) - rank(b) || availableFen(a) - availableFen(b)
  return [...accounts, pattern].sort(byNeed)[0] ?? pattern
}
