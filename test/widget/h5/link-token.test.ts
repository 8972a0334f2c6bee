import { beforeEach, expect, test } from 'vitest'
import { createDraftStore } from '../../../widget/h5/draft-store.ts'
import { forgetLinkToken, takeLinkToken } from '../../../widget/h5/link-token.ts'
import { readStep } from '../../../widget/h5/steps.ts'
import { EMPTY_DRAFT } from '../../../widget/ui/title-form.model.ts'

function openPage(hash: string) {
  const addresses: unknown[] = []
  const history = {
    state: null,
    replaceState: (_state: unknown, _title: string, address?: string | URL | null) => addresses.push(address),
  }
  const token = takeLinkToken({ location: { hash, pathname: '/i/a-wx', search: '?lang=en' }, history })
  return { token, addresses }
}

beforeEach(() => {
  sessionStorage.clear()
  localStorage.clear()
})

test('the token leaves the address at once and survives a reload of this tab only', () => {
  const scanned = openPage('#t=secret')
  expect(scanned).toEqual({ token: 'secret', addresses: ['/i/a-wx?lang=en'] })
  expect(openPage('')).toEqual({ token: 'secret', addresses: [] })
  expect(localStorage.length).toBe(0)

  forgetLinkToken()
  expect(openPage('').token).toBeNull()
})

test('a draft and its key live in the tab, not in localStorage, and end with the submit', () => {
  const before = createDraftStore()
  before.write('o1', { ...EMPTY_DRAFT, name: '湖北示例' })
  const key = before.keyFor('o1', { title: 1 })

  const reloaded = createDraftStore()
  expect(reloaded.read('o1')?.name).toBe('湖北示例')
  expect(reloaded.keyFor('o1', { title: 1 })).toBe(key)
  expect(reloaded.keyFor('o1', { title: 2 })).not.toBe(key)
  expect(localStorage.length).toBe(0)

  reloaded.clear('o1')
  expect(sessionStorage.length).toBe(0)
  expect(reloaded.read('o1')).toBeNull()
})

test('a draft is kept in memory where the storage is switched off', () => {
  const drafts = createDraftStore(() => {
    throw new DOMException('blocked', 'SecurityError')
  })
  drafts.write('o1', { ...EMPTY_DRAFT, name: '湖北示例' })

  expect(drafts.read('o1')?.name).toBe('湖北示例')
})

test.each([null, 1, 'find', {}, { fapiaoStep: { at: 'order' } }, { fapiaoStep: { at: '__proto__' } }, []])(
  'a history entry of %j is no step',
  (state) => {
    expect(readStep(state)).toBeNull()
  },
)
