import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectParts } from '../../../server/app.ts'
import { openDemo } from '../../../server/demo/open-demo.ts'
import { stageReissue } from '../../../server/demo/stage-reissue.ts'
import { bearer, openTestApp, type TestApp } from '../../support/app.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'
import { openStaffSession } from '../../support/staff.ts'

let stage: TestApp

beforeAll(async () => {
  stage = await openTestApp({ issuer: openScriptedIssuer().issuer })
  await openDemo(stage.services, connectParts(stage.services).createShopLink)
})

afterAll(() => stage?.close())

test('finance of merchant A finds a special one, a large one, a late one and a reissue, however often it is staged', async () => {
  expect(await stageReissue(stage.services)).toBe(false)
  await stage.jobs.runDue()
  expect(await stageReissue(stage.services)).toBe(true)
  expect(await stageReissue(stage.services)).toBe(true)
  await openDemo(stage.services, connectParts(stage.services).createShopLink)

  const { token } = await openStaffSession(stage, 'finance')
  const reply = await stage.app.inject({ url: '/v1/review-items', headers: bearer(token) })

  type Item = { kind: string; reason: string; overrideReason: string | null; orders: { number: string }[] }
  const { items } = reply.json<{ items: Item[] }>()
  expect(items.map(({ kind, reason, orders }) => `${orders[0]?.number} ${kind} ${reason}`).sort()).toEqual([
    'TM-3001 request special',
    'TM-3002 request amount',
    'TM-3003 request deadline_passed',
    'TM-3004 reissue amount',
  ])
  expect(items.find(({ reason }) => reason === 'deadline_passed')?.overrideReason).not.toBeNull()
})
