import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../contract/problem.ts'

/**
 * Nothing there is `route_not_found`; something there for another method is `method_not_allowed`, with
 * `Allow`. The router itself does not tell the two apart.
 */
export function refuseUnknownRoutes(app: FastifyInstance): void {
  const methodsByPattern = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByPattern.get(url) ?? new Set()
    for (const name of [method].flat()) methods.add(name.toUpperCase())
    methodsByPattern.set(url, methods)
  })

  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0] ?? '/'
    const methods = [...methodsByPattern]
      .filter(([pattern]) => isMatch(pattern, path))
      .flatMap(([, names]) => [...names])
    // A folder of files answers everything below it, and says itself what it does not have.
    if (methods.length === 0 || methods.includes(request.method)) throw new Problem('route_not_found')
    reply.header('Allow', [...new Set(methods)].sort().join(', '))
    throw new Problem('method_not_allowed')
  })
}

function isMatch(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === '/*') return false // answers everything, so it says nothing about a path
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  if (wanted.at(-1) === '*') return wanted.slice(0, -1).every((part, at) => isPart(part, given[at]))
  return wanted.length === given.length && wanted.every((part, at) => isPart(part, given[at]))
}

function isPart(wanted: string, given: string | undefined): boolean {
  return wanted === given || (wanted.startsWith(':') && given !== undefined && given !== '')
}
