import type { Database } from '../../server/database/database.ts'
import type { RunningBureau } from './bureau.ts'

type Fault = { what: string; id: string }

/**
 * The invariants of facts/trust.md §1.3, in SQL that shares nothing with the server. Every row is a
 * fault; an empty list is what a test wants.
 */
export function findBookFaults(database: Database): Promise<Fault[]> {
  return database.$queryRaw<Fault[]>`
    WITH holding AS (
      -- A new blue that failed keeps its claim until it is asked for again.
      SELECT s.order_id, s.amount_fen FROM request_share s
      JOIN invoice_request r ON r.id = s.request_id LEFT JOIN reissue x ON x.id = r.reissue_id
      WHERE r.state NOT IN ('rejected', 'withdrawn') OR (x.state = 'blue_failed'
        AND NOT EXISTS (SELECT FROM invoice_request q WHERE q.reissue_id = x.id AND q.id > r.id))
      UNION ALL
      SELECT a.order_id, a.amount_fen FROM invoice_allocation a
      JOIN invoice i ON i.id = a.invoice_id WHERE i.colour = 'red'),
    claimed AS (SELECT order_id, sum(amount_fen) AS fen FROM holding GROUP BY order_id)
    SELECT 'claimed is not what live requests hold' AS what, o.id::text FROM "order" o
      LEFT JOIN claimed c ON c.order_id = o.id WHERE o.claimed_fen <> coalesce(c.fen, 0)
    UNION ALL
    SELECT 'more claimed than is left' AS what, o.id::text FROM "order" o
      WHERE o.claimed_fen > o.paid_fen - o.platform_fen - o.refunded_fen AND NOT o.is_over_invoiced
    UNION ALL
    SELECT 'flagged as over-invoiced, and is not', o.id::text FROM "order" o
      WHERE o.claimed_fen <= o.paid_fen - o.platform_fen - o.refunded_fen AND o.is_over_invoiced
    UNION ALL
    SELECT 'issued without an invoice', r.id::text FROM invoice_request r
      LEFT JOIN invoice i ON i.request_id = r.id WHERE (r.state = 'issued') <> (i.id IS NOT NULL)
    UNION ALL
    SELECT 'invoice differs from its request', i.id::text FROM invoice i
      JOIN invoice_request r ON r.id = i.request_id WHERE i.gross_fen <> r.amount_fen
    UNION ALL
    SELECT 'a request without an audit entry', r.id::text FROM invoice_request r
      WHERE NOT EXISTS (SELECT FROM audit_entry e WHERE e.object = 'request:' || r.id)
    UNION ALL
    SELECT 'the last move is not the state', r.id::text FROM invoice_request r
      WHERE NOT EXISTS (SELECT FROM request_move m WHERE m.request_id = r.id AND m.to_state = r.state)
    UNION ALL
    SELECT 'a reissue without history or audit entry', x.id::text FROM reissue x
      WHERE NOT EXISTS (SELECT FROM reissue_move m WHERE m.reissue_id = x.id AND m.to_state = x.state)
        OR NOT EXISTS (SELECT FROM audit_entry e WHERE e.object = 'reissue:' || x.id)
    UNION ALL
    SELECT 'a red, and the reissue does not say so', x.id::text FROM reissue x
      LEFT JOIN invoice i ON i.reissue_id = x.id WHERE i.id IS DISTINCT FROM x.red_invoice_id
    UNION ALL
    SELECT 'a new blue asked for before the red', r.id::text FROM invoice_request r
      JOIN reissue x ON x.id = r.reissue_id LEFT JOIN invoice i ON i.reissue_id = x.id
      WHERE i.id IS NULL OR i.created_at > r.created_at
    UNION ALL
    SELECT 'done, and not exactly the new blue that was planned', x.id::text FROM reissue x
      LEFT JOIN invoice_request r ON r.reissue_id = x.id LEFT JOIN invoice i ON i.request_id = r.id
      WHERE x.state = 'done' GROUP BY x.id HAVING count(i.id) > 1 OR (x.method <> 'replace' AND count(r.id) > 0)
    UNION ALL
    SELECT 'a blue whose state is not what its reds say', b.id::text FROM invoice b
      LEFT JOIN invoice r ON r.original_id = b.id WHERE b.colour = 'blue' GROUP BY b.id
      HAVING CASE coalesce(sum(r.gross_fen), 0) WHEN 0 THEN b.state <> 'issued'
        WHEN -b.gross_fen THEN b.state NOT IN ('reversed', 'replaced') ELSE b.state <> 'partly_reversed' END
    UNION ALL
    SELECT 'invoices carry more of an order than it has claimed', o.id::text FROM "order" o
      JOIN invoice_allocation a ON a.order_id = o.id GROUP BY o.id HAVING sum(a.amount_fen) > o.claimed_fen
    UNION ALL
    -- By goods and rate: a discount stands on a line of its own behind what it is given for.
    SELECT 'reds exceed a line of their blue', d.blue::text FROM (
      SELECT coalesce(i.original_id, i.id) AS blue, l.title, l.tax_code, l.treatment, l.rate_bp,
        sum(l.net_fen) AS net, sum(l.tax_fen) AS tax, sum(l.gross_fen) AS gross
      FROM invoice i JOIN invoice_line l ON l.invoice_id = i.id GROUP BY 1, 2, 3, 4, 5) d
      WHERE least(d.net, d.tax, d.gross) < 0 GROUP BY d.blue
    UNION ALL
    SELECT 'replaced, and not by a new blue that was issued after the red', b.id::text FROM invoice b
      LEFT JOIN reissue x ON x.invoice_id = b.id AND x.state = 'done' AND x.method = 'replace'
      LEFT JOIN invoice_request q ON q.reissue_id = x.id AND q.state = 'issued'
      LEFT JOIN invoice n ON n.request_id = q.id LEFT JOIN invoice r ON r.id = x.red_invoice_id
      WHERE b.colour = 'blue' GROUP BY b.id
      HAVING (b.state = 'replaced') <> (count(n.id) = 1) OR bool_or(r.issued_at > n.issued_at)
    UNION ALL
    SELECT 'a red older than its blue', r.id::text FROM invoice r JOIN invoice b ON b.id = r.original_id
      WHERE r.issued_at < b.issued_at OR r.created_at < b.created_at`
}

export type LedgerRow = {
  serial: string
  state: string
  number?: string
  orderNumbers?: string[]
  grossFen?: number
  taxFen?: number
}

/** Everything the bureau has taken in. */
export async function readLedger(bureau: RunningBureau): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = []
  for (;;) {
    const page = (await bureau.get(`/admin/ledger?from=${rows.length}&limit=1000`)) as { rows: LedgerRow[] }
    if (page.rows.length === 0) return rows
    rows.push(...page.rows)
  }
}

type Pair = { serial: string; number: string; grossFen: number; taxFen: number }

/** I5: what the bureau numbered and what we hold, as two lists that must be equal. */
export async function readBothLedgers(
  database: Database,
  bureau: RunningBureau,
): Promise<{ ours: Pair[]; theirs: Pair[] }> {
  const ours = await database.$queryRaw<{ serial: string; number: string; gross: bigint; tax: bigint }[]>`
    SELECT s.serial, i.number, i.gross_fen AS gross, i.tax_fen AS tax
    FROM invoice i JOIN sending s ON s.request_id = i.request_id`
  const theirs = (await readLedger(bureau)).filter(({ number }) => number !== undefined)
  return {
    ours: ours.map(({ serial, number, gross, tax }) => pair(serial, number, gross, tax)).sort(bySerial),
    theirs: theirs
      .map(({ serial, number = '', grossFen = -1, taxFen = -1 }) => pair(serial, number, grossFen, taxFen))
      .sort(bySerial),
  }
}

function pair(serial: string, number: string, gross: bigint | number, tax: bigint | number): Pair {
  return { serial, number, grossFen: Number(gross), taxFen: Number(tax) }
}

function bySerial(a: Pair, b: Pair): number {
  return a.serial < b.serial ? -1 : 1
}

type RedPair = { formSerial: string; formNumber: string; number: string; grossFen: number; taxFen: number }

type Form = Omit<RedPair, 'number'> & { redNumber: string | null }

/** The reds that the bureau issued and those that we hold, as two lists that must be equal. */
export async function readBothReds(
  database: Database,
  bureau: Pick<RunningBureau, 'get'>,
): Promise<{ ours: RedPair[]; theirs: RedPair[] }> {
  const rows = await database.$queryRaw<
    (Omit<RedPair, 'grossFen' | 'taxFen'> & Record<'gross' | 'tax', bigint>)[]
  >`
    SELECT s.form_serial AS "formSerial", coalesce(i.red_form_number, '') AS "formNumber", i.number,
      i.gross_fen AS gross, i.tax_fen AS tax
    FROM invoice i JOIN red_sending s ON s.reissue_id = i.reissue_id WHERE i.colour = 'red'`
  const { forms } = (await bureau.get('/ledger')) as { forms: Form[] } // viewFormRow of the bureau
  return {
    ours: rows
      .map(({ gross, tax, ...row }) => ({ ...row, grossFen: Number(gross), taxFen: Number(tax) }))
      .sort(byForm),
    theirs: forms
      .flatMap(({ formSerial, formNumber, redNumber, grossFen, taxFen }) =>
        redNumber === null ? [] : [{ formSerial, formNumber, number: redNumber, grossFen, taxFen }],
      )
      .sort(byForm),
  }
}

function byForm(a: RedPair, b: RedPair): number {
  return a.formSerial < b.formSerial ? -1 : 1
}
