import { expect, test } from 'vitest'
import { accentColours, contrastOf, readColour } from '../../../widget/ui/accent.ts'

test.each(['#ffee00', '#ffffff', '#000000', '#0b6e4f', '#ff6a00', '#7f7f7f'])(
  'a shop’s %s can be read behind white text and as text on both surfaces',
  (accent) => {
    const colours = accentColours(accent)
    const against = (text: string | undefined, other: string) => {
      const [one, two] = [readColour(text ?? ''), readColour(other)]
      return one && two ? contrastOf(one, two) : 0
    }

    expect(against(colours?.accent, '#ffffff')).toBeGreaterThanOrEqual(4.5)
    expect(against(colours?.light, '#ffffff')).toBeGreaterThanOrEqual(4.5)
    expect(against(colours?.dark, '#1a1d23')).toBeGreaterThanOrEqual(4.5)
  },
)

test.each(['red', '#12345', 'url(x)', '#1234567', 'var(--x)'])('%s is no colour', (accent) => {
  expect(accentColours(accent)).toBeNull()
})
