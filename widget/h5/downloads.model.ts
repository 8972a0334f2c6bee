import { useEffect, useState } from 'preact/hooks'
import { waitMs, withBackOff } from '../api/back-off.ts'
import { createDownload, type FileFormat } from '../api/create-download.ts'
import type { DownloadLink } from '../api/read-requests.ts'
import { useFlow } from './flow-context.ts'

/** A link is replaced this long before it ends, so that one just copied still opens. */
const RENEW_BEFORE_MS = 5 * 60_000

export type Downloads = Partial<Readonly<Record<FileFormat, DownloadLink>>>

/**
 * Links to the files, ready before they are tapped: in a WebView only a plain link opens, not one that is
 * fetched first. Renewed while the page is looked at.
 */
export function useDownloads(invoiceId: string, formats: readonly FileFormat[]) {
  const { client } = useFlow()
  const [links, setLinks] = useState<Downloads>({})
  const [failure, setFailure] = useState<unknown>(null)
  const [round, setRound] = useState(0)
  const wanted = formats.join()

  useEffect(() => {
    let isGone = false
    const load = async (format: FileFormat) => {
      const link = await withBackOff({ wait: waitMs }, () => createDownload(client.call, invoiceId, format))
      if (!isGone) setLinks((before) => ({ ...before, [format]: link }))
      return Date.parse(link.expiresAt)
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    const loadAll = async () => {
      try {
        const ends = await Promise.all(formats.map(load))
        const leftMs = Math.min(...ends) - Date.now() - RENEW_BEFORE_MS
        timer = setTimeout(() => !isGone && setRound((count) => count + 1), Math.max(leftMs, 60_000))
      } catch (cause) {
        if (!isGone) setFailure(cause)
      }
    }
    setFailure(null)
    if (formats.length > 0) void loadAll()
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [client, invoiceId, wanted, round])

  // A page that slept holds links that have ended.
  useEffect(
    () =>
      client.wakes.onWake(() => {
        const isStale = Object.values(links).some(
          ({ expiresAt }) => Date.parse(expiresAt) < Date.now() + 60_000,
        )
        if (isStale) setRound((count) => count + 1)
      }),
    [client, links],
  )
  return { links, failure, again: () => setRound((count) => count + 1) }
}
