import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { recordAudit } from '../audit/record.ts'
import { MonthQuery, MonthReport } from '../contract/reports.ts'
import type { InTransaction } from '../database/database.ts'
import { type GrantDeps, grantOf, requireGrant } from '../http/grant.ts'
import { actorOf, type Grant } from '../tokens/grant.ts'
import { type CsvLocale, writeMonthCsv } from './month-csv.ts'
import { type ReadMonthDeps, readMonth, viewMonth } from './read-month.ts'

export type ReportRouteDeps = ReadMonthDeps & {
  readonly grants: GrantDeps
  readonly inTransaction: InTransaction
}

const CsvFile = { description: 'The month as a table', content: { 'text/csv': { schema: Type.String() } } }

/** 月报: what was issued and taken back, for finance, auditors and the merchant's own books (S0-51). */
export function reportRoutes(deps: ReportRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const onRequest = requireGrant(deps.grants, { session: 'reports.read', api: 'reports' })
    const security = [{ session: [] }, { api: [] }]
    const querystring = MonthQuery

    const month = { querystring, response: { 200: MonthReport }, security }
    app.get('/v1/reports/month', { onRequest, schema: month }, async (request) => {
      const ask = { ...placeOf(grantOf(request)), month: request.query.month }
      return viewMonth(ask.month, await readMonth(deps, ask), deps.now())
    })

    const file = { querystring, response: { 200: CsvFile }, security }
    app.get('/v1/reports/month.csv', { onRequest, schema: file }, async (request, reply) => {
      const grant = grantOf(request)
      const ask = { ...placeOf(grant), month: request.query.month }
      const figures = await readMonth(deps, ask)
      await deps.inTransaction((tx) =>
        recordAudit(tx, deps.now(), {
          merchantId: ask.merchantId,
          actor: actorOf(grant),
          act: 'report.exported',
          object: `report:${ask.month}`,
          facts: { shopId: ask.shopId, rows: figures.rows.length },
        }),
      )
      return reply
        .type('text/csv; charset=utf-8')
        .header('Content-Disposition', `attachment; filename="invoices-${ask.month}.csv"`)
        .send(writeMonthCsv(ask.month, figures, localeOf(request)))
    })
  }
}

function placeOf(grant: Grant): { merchantId: string; shopId: string | null } {
  return { merchantId: grant.merchantId, shopId: grant.kind === 'api' ? null : grant.shopId }
}

function localeOf({ headers }: FastifyRequest): CsvLocale {
  return headers['accept-language']?.trim().toLowerCase().startsWith('en') === true ? 'en' : 'zh'
}
