import { describe, expect, test } from 'vitest'
import { ISSUE_TRIGGERS } from '../../../server/contract/merchants.ts'
import { ORDER_STATES } from '../../../server/contract/orders.ts'
import { dueAt, endOfReturnWindow } from '../../../server/orders/issue-trigger.ts'
import { titleFromHint } from '../../../server/orders/title-from-hint.ts'

const NOW = new Date('2026-11-22T04:00:00Z')

describe('when an order is due', () => {
  const reached = (trigger: (typeof ISSUE_TRIGGERS)[number]) =>
    ORDER_STATES.filter((state) => {
      const policy = { trigger, returnWindowDays: 7, withoutTitle: false }
      return dueAt(policy, { state, completedAt: NOW }, NOW) !== null
    })

  test('each trigger is reached in its state and in every later one, and never without payment', () => {
    expect(Object.fromEntries(ISSUE_TRIGGERS.map((trigger) => [trigger, reached(trigger)]))).toEqual({
      on_request: [],
      on_paid: ['paid', 'shipped', 'completed'],
      on_shipped: ['shipped', 'completed'],
      on_completed: ['completed'],
      after_return_window: ['completed'],
    })
  })

  test.each([
    ['just before midnight in Shanghai', '2026-11-22T15:59:59.999Z', '2026-11-29T16:00:00.000Z'],
    ['at midnight in Shanghai', '2026-11-22T16:00:00.000Z', '2026-11-30T16:00:00.000Z'],
    ['at noon', '2026-11-22T04:00:00.000Z', '2026-11-29T16:00:00.000Z'],
    ['before the clocks change in Europe', '2027-03-27T12:00:00.000Z', '2027-04-03T16:00:00.000Z'],
    ['before the clocks change in America', '2026-10-31T12:00:00.000Z', '2026-11-07T16:00:00.000Z'],
    ['at the end of February', '2028-02-28T12:00:00.000Z', '2028-03-06T16:00:00.000Z'],
  ])('seven days count from the day after completion, whole: completed %s', (_, completed, ends) => {
    expect(endOfReturnWindow(new Date(completed), 7).toISOString()).toBe(ends)
  })

  test('a window of no days ends with the day of completion', () => {
    expect(endOfReturnWindow(NOW, 0).toISOString()).toBe('2026-11-22T16:00:00.000Z')
  })
})

describe('a title that is used without anybody looking', () => {
  test('a company with a valid tax id is one', () => {
    const hint = { name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' }
    expect(titleFromHint(hint)).toEqual({ kind: 'company', ...hint })
  })

  test.each(['个人', '张三', '欧阳示例', ' 李四 '])('%s is a person', (name) => {
    expect(titleFromHint({ name, taxId: null })).toEqual({ kind: 'person', name: name.trim() })
  })

  test.each([
    ['a company without its tax id', '湖北示例科技有限公司', null],
    ['a short company without its tax id', '示例科技', null],
    ['a university', '示例大学', null],
    ['a shop', '示例店', null],
    ['a name in stars', '张*', null],
    ['one letter', '张', null],
    ['a nick', 'tb7312', null],
    ['nothing but spaces', ' ', null],
    ['a tax id with a wrong check character', '湖北示例科技有限公司', '91420111MA49QA0X11'],
    ['a tax id in stars', '湖北示例科技有限公司', '9142****QA0X10'],
    ['a tax id without a name', null, '91420111MA49QA0X10'],
    ['a tax id as its own name', '91420111MA49QA0X10', '91420111MA49QA0X10'],
    ['nothing', null, null],
  ])('%s is none', (_, name, taxId) => {
    expect(titleFromHint({ name, taxId })).toBe(null)
  })
})
