import type { FastifyRequest } from 'fastify'
import { Problem } from '../contract/problem.ts'

/**
 * For what a cookie stands behind: the request was made by a page of ours. Browsers say so in `Sec-Fetch-Site`,
 * older ones and plain http in `Origin`, and no page can make them lie; a neighbour on another port or
 * subdomain is somebody else. Forms and `no-cors` fail here before their body is read, and a body that is no JSON
 * would be refused after it. Refuses with `page_foreign`.
 */
export function requireOwnPage(publicUrl: string) {
  const ownOrigin = new URL(publicUrl).origin
  return async ({ headers }: FastifyRequest): Promise<void> => {
    const site = headers['sec-fetch-site']
    const isOwn = site === undefined ? headers.origin === ownOrigin : site === 'same-origin'
    if (!isOwn) throw new Problem('page_foreign')
  }
}
