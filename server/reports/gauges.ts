import { REISSUE_CAUSES } from '../contract/reissues.ts'
import type { Database } from '../database/database.ts'
import type { Metrics } from '../http/metrics.ts'
import { LOOK_UP_ALARM } from '../orders/look-up-alarm.ts'
import { countRecent } from '../orders/look-up-burst.store.ts'

type Watched = { readonly database: Database; now(): Date }

/** What an operator watches (S0-63): work that waits, doubts, held requests, failed mails. */
export function watchOperations(metrics: Metrics, { database, now }: Watched): void {
  const count = (name: string, help: string, read: () => Promise<number>) => metrics.gauge(name, help, read)

  for (const state of ['in_review', 'queued', 'issuing', 'in_doubt', 'held'] as const) {
    count(`fapiao_requests_${state}`, `Invoice requests that are ${state}`, () =>
      database.invoiceRequest.count({ where: { state } }),
    )
  }
  count('fapiao_contradictions', 'Sendings whose issuer answered with another invoice', async () => {
    const [row] = await database.$queryRaw<{ found: number }[]>`
      SELECT count(*)::int AS found FROM sending WHERE contradiction IS NOT NULL`
    return row?.found ?? 0
  })
  for (const state of ['queued', 'bounced', 'failed'] as const) {
    count(`fapiao_deliveries_${state}`, `Mails that are ${state}`, () =>
      database.delivery.count({ where: { state } }),
    )
  }
  // Reissues for a wrong title per blue invoice say what pre-flight and confirming are worth (S2-09).
  metrics.count('fapiao_invoices_total', 'Invoices issued', {
    label: 'colour',
    async read() {
      const rows = await database.invoice.groupBy({ by: ['colour'], _count: true })
      return { blue: 0, red: 0, ...Object.fromEntries(rows.map(({ colour, _count }) => [colour, _count])) }
    },
  })
  metrics.count('fapiao_reissues_total', 'Reissues whose red was issued', {
    label: 'cause',
    async read() {
      const where = { redInvoiceId: { not: null } }
      const rows = await database.reissue.groupBy({ by: ['cause'], where, _count: true })
      const none = Object.fromEntries(REISSUE_CAUSES.map((cause) => [cause, 0]))
      return { ...none, ...Object.fromEntries(rows.map(({ cause, _count }) => [cause, _count])) }
    },
  })
  count('fapiao_look_ups_failed', 'Failed order look-ups in this quarter of an hour and the one before', () =>
    countRecent(database, now(), LOOK_UP_ALARM.burst).then(({ failures }) => failures),
  )
  count(
    'fapiao_look_up_bursts',
    'Shops whose order look-ups fail so often that somebody seems to guess',
    () => countRecent(database, now(), LOOK_UP_ALARM.burst).then(({ bursts }) => bursts),
  )
  count('fapiao_audit_pending', 'Audit entries that wait for their number', () =>
    database.auditPending.count(),
  )
  count('fapiao_tickets_open', 'Questions to the service that nobody answered', () =>
    database.ticket.count({ where: { state: 'open' } }),
  )
}
