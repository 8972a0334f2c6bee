import pg from 'pg'

/** Table → how many rows, and a hash over all that stands in them; the job queue is one of them. */
export type Fingerprint = Readonly<Record<string, string>>

/** What the whole database says. Two of them are equal when nothing was written in between. */
export async function takeFingerprint(url: string): Promise<Fingerprint> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(`
      SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname = 'public' OR (schemaname, tablename) = ('graphile_worker', '_private_jobs')`)
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
