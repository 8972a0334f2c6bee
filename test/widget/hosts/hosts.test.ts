import { describe, expect, test } from 'vitest'
import { createHost as chatwoot } from '../../../widget/hosts/chatwoot.host.ts'
import { createHost as crisp } from '../../../widget/hosts/crisp.host.ts'
import { createHost as feishu } from '../../../widget/hosts/feishu.host.ts'
import { findHost, HOST_KINDS, openHost } from '../../../widget/hosts/find-host.ts'
import { createHost as freshworks } from '../../../widget/hosts/freshworks.host.ts'
import { createHost as front } from '../../../widget/hosts/front.host.ts'
import { createHost as generic } from '../../../widget/hosts/generic.host.ts'
import { orderWithin } from '../../../widget/hosts/hints.ts'
import type { HostEnv } from '../../../widget/hosts/host.ts'
import { createHost as qianniu } from '../../../widget/hosts/qianniu.host.ts'
import { createHost as wecom } from '../../../widget/hosts/wecom.host.ts'
import { createHost as zendesk } from '../../../widget/hosts/zendesk.host.ts'
import { type Desk, describeHost, type Talk } from '../../contract/host.contract.ts'
import { envOf, type Open, plant } from './desk.ts'
import { chatwootDesk, frontDesk, genericDesk, zendeskDesk } from './framed-desks.ts'
import { crispDesk, feishuDesk, freshworksDesk, qianniuDesk, wecomDesk } from './native-desks.ts'

const opening = (desk: (open: Open, talk: Talk | null) => Desk, open: Open) => ({
  open: (talk: Talk | null) => desk(open, talk),
})

describeHost('a console of its own making', {
  ...opening(genericDesk, generic),
  can: { insert: true, messages: true },
})
describeHost('Chatwoot', { ...opening(chatwootDesk, chatwoot), can: { messages: true } })
describeHost('Zendesk', {
  ...opening(zendeskDesk, zendesk),
  can: { insert: true, resize: true, messages: true },
})
describeHost('Front', {
  ...opening(frontDesk, front),
  can: { insert: true, openExternal: true, messages: true },
})
describeHost('Freshworks', {
  ...opening(freshworksDesk, freshworks),
  can: { insert: true, resize: true },
})
describeHost('Crisp', { ...opening(crispDesk, crisp), can: { resize: true } })
describeHost('企业微信', { ...opening(wecomDesk, wecom), can: { sendLink: true, openExternal: true } })
describeHost('千牛 on the web', {
  ...opening(qianniuDesk('web'), qianniu),
  can: { insert: true, openExternal: true },
})
describeHost('千牛 as a mini program', {
  ...opening(qianniuDesk('mini'), qianniu),
  can: { insert: true },
})
describeHost('飞书', { ...opening(feishuDesk, feishu), can: {} })

const framed = { parent: {} as Window }
const withAgent = (userAgent: string) => ({
  window: { ...window, navigator: { userAgent } } as unknown as Window,
})

describe('which console it is', () => {
  const CASES: [string, Partial<HostEnv>, string | null][] = [
    ['the one the address names', { ...framed, query: new URLSearchParams('host=chatwoot') }, 'chatwoot'],
    ['Zendesk by what it adds', { ...framed, query: new URLSearchParams('origin=a&app_guid=b') }, 'zendesk'],
    ['Crisp by what it adds', { ...framed, query: new URLSearchParams('website_id=w') }, 'crisp'],
    ['Front by the page around', { ...framed, parentOrigin: 'https://app.frontapp.com' }, 'front'],
    ['企业微信, which also calls itself WeChat', withAgent('MicroMessenger/8 wxwork/4.1'), 'wecom'],
    ['飞书', withAgent('Mozilla/5.0 Lark/7.1'), 'feishu'],
    ['any page around', { ...framed, query: new URLSearchParams('host=nobody') }, 'generic'],
    ['none', {}, null],
  ]
  test.for(CASES)('%s', ([, changes, id]) => {
    expect(findHost(envOf({ parentOrigin: null, ...changes }))?.id ?? null).toBe(id)
  })

  test('千牛 by either of its containers', () => {
    for (const [name, value] of [['QN', {}] as const, ['my', { qn: {} }] as const]) {
      const undo = plant(name, value)
      expect(findHost(envOf())?.id).toBe('qianniu')
      undo()
    }
  })

  test('every kind loads, and a page nobody frames has no console', async () => {
    for (const { id, load } of HOST_KINDS) expect((await load()).createHost, id).toBeTypeOf('function')
    expect(await openHost(envOf())).toBeNull()
  })
})

test.for([
  ['订单 TM-1001 可以开吗', 'TM-1001'],
  ['20241121991234567，谢谢', '20241121991234567'],
  ['电话 13800001111', null],
  ['税号 91420111MA49QA0X10', null],
  ['你好在吗', null],
])('an order in 「%s」: %s', ([text, order]) => {
  expect(orderWithin(text)).toBe(order)
})
