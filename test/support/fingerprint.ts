import pg from 'pg'

/** Table → how many rows, and a hash over all that stands in them; the job queue is one of them. */
export type Fingerprint = Readonly<Record<string, string>>

/**
 * What the whole database says; two of them are equal when nothing was written in between. Counters are left out:
 * what is UNLOGGED may be forgotten by a crash and is no truth.
 */
export async function takeFingerprint(url: string): Promise<Fingerprint> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(`
      SELECT format('%I.%I', nspname, relname) AS name
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE relkind IN ('r', 'p') AND relpersistence = 'p'
        AND (nspname = 'public' OR (nspname, relname) = ('graphile_worker', '_private_jobs'))`)
    const each = tables.map(
      ({ name }) => `SELECT '${name}' AS name, count(*) || ' rows ' ||
        md5(coalesce(string_agg(t::text, '\n' ORDER BY t::text), '')) AS said FROM ${name} t`,
    )
    const { rows } = await client.query<{ name: string; said: string }>(each.join(' UNION ALL '))
    return Object.fromEntries(rows.map(({ name, said }) => [name, said]))
  } finally {
    await client.end()
  }
}
