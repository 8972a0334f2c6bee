import { afterAll, beforeAll, expect, test } from 'vitest'
import { deleteOldTries } from '../../../server/orders/proof-guard.store.ts'
import { createProofGuard, networkOf, type ProofRules } from '../../../server/orders/proof-guard.ts'
import { NOW, type OrderStage, openOrderStage } from './order-stage.ts'

let stage: OrderStage
beforeAll(async () => {
  stage = await openOrderStage()
})
afterAll(() => stage.close())

const rules: ProofRules = {
  order: { tries: 2, coolDownMs: 60_000, forgetAfterMs: 600_000 },
  device: { tries: 50, coolDownMs: 60_000, forgetAfterMs: 600_000 },
  address: { tries: 100, coolDownMs: 60_000, forgetAfterMs: 600_000 },
  inBurst: { device: 50, address: 100 },
}

function openGuard() {
  const clock = { ms: NOW.getTime() }
  const guard = createProofGuard({ ...stage, now: () => new Date(clock.ms) }, rules)
  const shopId = stage.shopId('a-tm')
  return {
    clock,
    guard,
    tried: {
      merchantId: stage.a.id,
      shopId,
      number: `N-${counter++}`,
      address: '192.0.2.1',
      person: `customer ${counter}`,
    },
  }
}
let counter = 100

test('a refusal says how long to wait, and waiting does not start again with each try', async () => {
  const { clock, guard, tried } = openGuard()
  await guard.take(tried)
  await guard.take(tried)

  await expect(guard.take(tried)).rejects.toMatchObject({ code: 'proof_cooldown', retryAfter: 60 })
  clock.ms += 59_500
  await expect(guard.take(tried)).rejects.toMatchObject({ retryAfter: 1 })
  clock.ms += 500
  await guard.take(tried)
})

test('tries that lie long back are forgotten', async () => {
  const { clock, guard, tried } = openGuard()
  await guard.take(tried)
  clock.ms += 600_000

  await guard.take(tried)
  await guard.take(tried)

  await expect(guard.take(tried)).rejects.toMatchObject({ code: 'proof_cooldown' })
})

test('two shops count the same number apart', async () => {
  const { guard, tried } = openGuard()
  await guard.take(tried)
  await guard.take(tried)

  await guard.take({ ...tried, shopId: stage.shopId('a-wx') })

  await expect(guard.take(tried)).rejects.toMatchObject({ code: 'proof_cooldown' })
})

test('the clean-up leaves what still binds somebody', async () => {
  const { guard, tried } = openGuard()
  await stage.database.proofGuard.deleteMany()
  await guard.take(tried)

  expect(await deleteOldTries(stage.database, NOW)).toBe(0)
  expect(await deleteOldTries(stage.database, new Date(NOW.getTime() + 1))).toBe(3)
})

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::99', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
