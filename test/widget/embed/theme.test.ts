import { expect, test } from 'vitest'
import { planTheme } from '../../../widget/embed/theme.ts'

const deps = {
  // A browser's word on a value, for the ones that stand here.
  supports: (_: string, value: string) => !/[;{}<>]|nonsense/.test(value),
  toHex: (colour: string) => (/^#[0-9a-f]{6}$/.test(colour) ? colour : null),
}
const plan = (vars: Record<string, string>, isDark = false) => planTheme({ vars }, isDark, deps)

test('colours and shapes of the host page become declarations of our own', () => {
  const { declarations, accent } = plan({
    accent: '#2c6b57',
    bg: '#fafafa',
    border: '#cccccc',
    radius: '10px',
  })
  expect(declarations).toEqual({ '--bg': '#fafafa', '--line': '#cccccc', '--radius': '10px' })
  expect(accent).toBe('#2c6b57')
})

test('text that could not be read on its ground stays ours', () => {
  expect(plan({ fg: '#cccccc' }).declarations).toEqual({})
  expect(plan({ fg: '#cccccc' }, true).declarations).toEqual({ '--fg': '#cccccc' })
  expect(plan({ surface: '#111111', bg: '#111111', fg: '#222222' }).declarations).not.toHaveProperty('--fg')
})

test.for([
  ['accent', 'red; } body { display: none'],
  ['accent', 'rgb(0 0 0 / 10%)'],
  ['radius', 'nonsense'],
  ['font', "x, url('https://evil.example/font')"],
  ['constructor', '#000000'],
  ['__proto__', '#000000'],
])('%s: %s changes nothing', ([name, value]) => {
  expect(plan(Object.fromEntries([[name, value]]))).toEqual({ declarations: {}, accent: null })
})
