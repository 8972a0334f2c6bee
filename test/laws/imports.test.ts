import { expect, test } from 'vitest'
import { type Import, importsIn, projectFiles, readSource } from './sources.ts'

type Law = {
  law: string
  forbids(from: string, to: Import): boolean
  /** An import that it must catch: a law that cannot fail fails. */
  caught: [from: string, text: string]
}

const isServer = (path: string) => path.startsWith('server/')
const isWidget = (path: string) => path.startsWith('widget/')
const domainOf = (path: string) => path.split('/')[1] ?? ''
const isOwn = (to: string) => /^(server|widget|embed-demo|test|prisma|dist)\//.test(to)

/** Who puts the parts together; everybody else gets functions handed in. */
const ASSEMBLERS = /^server\/(main|app|services|worker)\.ts$|^server\/(cli|demo)\//

const LAWS: Law[] = [
  {
    law: 'the widget takes nothing but types of the contract from the server',
    forbids: (from, { to, isType }) =>
      isWidget(from) && isServer(to) && !(isType && to.startsWith('server/contract/')),
    caught: ['widget/api/call.ts', "import { type Id } from '../../server/contract/shape.ts'"],
  },
  {
    law: 'the widget takes types of the server from the contract alone',
    forbids: (from, { to }) => isWidget(from) && isServer(to) && !to.startsWith('server/contract/'),
    caught: ['widget/api/call.ts', "import type { Order } from '../../server/orders/order.ts'"],
  },
  {
    law: 'the widget runs on Preact and nothing else',
    forbids: (from, { to }) => isWidget(from) && !isOwn(to) && !/^preact(\/|$)/.test(to),
    caught: ['widget/api/call.ts', "import { jwtVerify } from 'jose'"],
  },
  {
    law: 'the server takes nothing but the rules of titles from the widget',
    forbids: (from, { to }) => isServer(from) && isWidget(to) && !to.startsWith('widget/title/'),
    caught: ['server/orders/view-order.ts', "import { zhCN } from '../../widget/i18n/zh-cn.ts'"],
  },
  {
    law: 'only stores, and what opens the database, know the generated client',
    forbids: (from, { to }) =>
      to.startsWith('server/database/generated') &&
      !from.startsWith('server/database/') &&
      !from.endsWith('.store.ts'),
    caught: ['server/orders/view-order.ts', "import { Prisma } from '../database/generated/client.ts'"],
  },
  {
    law: 'an issuer knows neither HTTP server nor database',
    forbids: (from, { to }) =>
      /^server\/(issuers|platforms)\//.test(from) &&
      /^(fastify|@fastify\/|@prisma\/|pg$|server\/(http|database)\/)/.test(to),
    caught: [
      'server/issuers/sandbox/sandbox.issuer.ts',
      "import type { Tx } from '../../database/database.ts'",
    ],
  },
  {
    law: 'an issuer does not know another one',
    forbids: (from, { to }) => {
      const [one, other] = [from, to].map((path) => /^server\/(?:issuers|platforms)\/(\w+)\//.exec(path)?.[1])
      return one !== undefined && other !== undefined && one !== other
    },
    caught: [
      'server/issuers/nuonuo/nuonuo.issuer.ts',
      "import { read } from '../sandbox/sandbox.adapter.ts'",
    ],
  },
  {
    law: 'nobody reaches into the bureau simulator or the mail outbox: they are other processes',
    forbids: (from, { to }) =>
      isServer(from) && /^server\/(bureau|outbox)\//.test(to) && domainOf(from) !== domainOf(to),
    caught: ['server/app.ts', "import { openBureau } from './bureau/bureau.ts'"],
  },
  {
    law: 'the bureau simulator and the mail outbox know nothing of the server',
    forbids: (from, { to }) =>
      /^server\/(bureau|outbox)\//.test(from) &&
      isServer(to) &&
      domainOf(from) !== domainOf(to) &&
      to !== 'server/delivery/mail/html.ts', // how a text is made safe in HTML is said once
    caught: ['server/bureau/main.ts', "import { readConfig } from '../config.ts'"],
  },
  {
    law: 'the demo pages are a merchant of their own: nothing of the server or the widget',
    forbids: (from, { to }) => from.startsWith('embed-demo/') && (isServer(to) || isWidget(to)),
    caught: ['embed-demo/demo-app.ts', "import { signToken } from '../server/tokens/sign-token.ts'"],
  },
  {
    law: 'the contract knows nobody',
    forbids: (from, { to }) =>
      from.startsWith('server/contract/') && isOwn(to) && !to.startsWith('server/contract/'),
    caught: ['server/contract/orders.ts', "import type { Order } from '../orders/order.ts'"],
  },
  {
    law: 'only the app and routes know the HTTP layer',
    forbids: (from, { to, isType }) =>
      to.startsWith('server/http/') &&
      !isType &&
      isServer(from) &&
      !/^server\/http\/|(\/|-)routes\.ts$/.test(from) &&
      to !== 'server/http/sentences.ts' && // words by code, which a preview shows too
      !ASSEMBLERS.test(from),
    caught: ['server/invoicing/request-invoice.ts', "import { grantOf } from '../http/grant.ts'"],
  },
  {
    law: 'only the guard of outgoing calls and the caller of configured issuers open connections of their own',
    forbids: (from, { to }) =>
      isServer(from) &&
      /^node:(http|https|http2|tls|dns|dgram|dns\/promises)$/.test(to) &&
      !/^server\/(bureau|outbox|outside)\/|^server\/issuers\/call-issuer\.ts$/.test(from) &&
      from !== 'server/http/create-app.ts', // the names of status codes
    caught: ['server/tokens/key-set.ts', "import https from 'node:https'"],
  },
  {
    law: 'nothing that is shipped knows the tests',
    forbids: (from, { to }) => /^(server|widget|embed-demo)\//.test(from) && to.startsWith('test/'),
    caught: ['server/app.ts', "const { a } = await import('../test/support/app.ts')"],
  },
]

const sources = projectFiles()
  .filter((file) => /^(server|widget|embed-demo)\/.*\.(ts|tsx|js)$/.test(file))
  .map((from) => ({ from, imports: importsIn(from, readSource(from)) }))

test('there are sources, and their imports are read', () => {
  expect(sources.length).toBeGreaterThan(200)
  expect(
    importsIn(
      'a/b.ts',
      "import {\n  x,\n  y,\n} from '../c.ts'\nexport type { Z } from './d.ts'\nimport 'e'",
    ),
  ).toEqual([
    { to: 'c.ts', isType: false },
    { to: 'a/d.ts', isType: true },
    { to: 'e', isType: false },
  ])
})

test.for(LAWS)('$law', ({ forbids, caught }) => {
  const [file, text] = caught
  expect(importsIn(file, text).filter((to) => forbids(file, to))).toHaveLength(1)

  const broken = sources.flatMap(({ from, imports }) =>
    imports.filter((to) => forbids(from, to)).map(({ to }) => `${from} → ${to}`),
  )
  expect(broken).toEqual([])
})

test('nobody on the server fetches past the guard of outgoing calls', () => {
  const fetches = (text: string) => /(?<![.\w])fetch\(/.test(text)
  expect(fetches('await fetch(url)')).toBe(true)
  const servers = sources.filter(({ from }) => isServer(from) && !/^server\/(bureau|outbox)\//.test(from))
  expect(servers.map(({ from }) => from).filter((file) => fetches(readSource(file)))).toEqual([])
})

test('only config.ts reads the environment', () => {
  const reads = (text: string) =>
    /\bprocess\s*\.\s*env\b|\bimport\.meta\.env\b|\{[^}]*\benv\b[^}]*\}\s*from\s+'node:process'/.test(text)
  expect(reads('const port = process.env.PORT')).toBe(true)
  const readers = sources.map(({ from }) => from).filter((file) => reads(readSource(file)))
  expect(readers).toEqual(['server/config.ts'])
})
