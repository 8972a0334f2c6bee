import { randomBytes } from 'node:crypto'

export type Scan = { readonly token: string; readonly taxId: string; readonly expiresMs: number }

/** The QR codes a drawer scans to come back online: one at a time for an account, each good once. */
export function createScans(nowMs: () => number, lifeMs: () => number) {
  const scans = new Map<string, Scan>()

  return {
    current(taxId: string): Scan {
      const standing = scans.get(taxId)
      if (standing !== undefined && standing.expiresMs > nowMs()) return standing
      const scan = { token: randomBytes(16).toString('base64url'), taxId, expiresMs: nowMs() + lifeMs() }
      scans.set(taxId, scan)
      return scan
    },
    find: (token: string): Scan | null =>
      [...scans.values()].find((scan) => scan.token === token && scan.expiresMs > nowMs()) ?? null,
    use: (scan: Scan) => scans.delete(scan.taxId),
  }
}
