import { applyAccent, contrastOf, readColour } from '../ui/accent.ts'
import type { FrameView } from './wire.ts'

export type ThemeDeps = {
  /** CSS.supports: a value that is no value of its property changes nothing. */
  supports(property: string, value: string): boolean
  /** Any CSS colour as `#rrggbb`, or null where it is translucent or none. */
  toHex(colour: string): string | null
}

/** Text on the page needs this (WCAG 1.4.3); a colour below it is left out. */
const CONTRAST = 4.5
const COLOURS = { bg: '--bg', surface: '--surface', border: '--line' } as const
const INKS = { fg: '--fg', muted: '--muted', danger: '--danger', success: '--ok' } as const
const LIGHT = '#ffffff'
const DARK = '#1a1d23'

export type ThemePlan = {
  readonly declarations: Readonly<Record<string, string>>
  readonly accent: string | null
}

/**
 * The look a host page asks for, as declarations of our own (§2.3 i). Values are data: each is checked against
 * its property, and text that could not be read on its ground falls back to ours.
 */
export function planTheme({ vars }: Pick<FrameView, 'vars'>, isDark: boolean, deps: ThemeDeps): ThemePlan {
  const colourOf = (name: string) => {
    const value = vars[name]
    return value && deps.supports('color', value) ? deps.toHex(value) : null
  }
  const grounds = collect(COLOURS, colourOf)
  const own = isDark ? DARK : LIGHT
  const under = [grounds['--surface'] ?? own, grounds['--bg'] ?? own]
  const inks = collect(INKS, (name) => {
    const ink = colourOf(name)
    return ink !== null && under.every((ground) => isReadable(ink, ground)) ? ink : null
  })
  const shapes = collect({ radius: '--radius', font: '--font' }, (name) => {
    const value = vars[name]
    const property = name === 'font' ? 'font-family' : 'border-radius'
    return value && deps.supports(property, value) && !/url\(/i.test(value) ? value : null
  })
  return { declarations: { ...grounds, ...inks, ...shapes }, accent: colourOf('accent') }
}

/** Our property for each name that has a value. */
function collect(
  names: Readonly<Record<string, string>>,
  read: (name: string) => string | null,
): Record<string, string> {
  const found = Object.entries(names).flatMap(([name, property]) => {
    const value = read(name)
    return value === null ? [] : [[property, value] as const]
  })
  return Object.fromEntries(found)
}

function isReadable(ink: string, ground: string): boolean {
  const [one, other] = [readColour(ink), readColour(ground)]
  return one !== null && other !== null && contrastOf(one, other) >= CONTRAST
}

/** Puts the look on the page; what the host no longer asks for goes back to ours. */
export function applyTheme(view: FrameView, root: HTMLElement = document.documentElement): void {
  if (view.theme === 'auto') delete root.dataset.theme
  else root.dataset.theme = view.theme
  const isDark = view.theme === 'dark' || (view.theme === 'auto' && prefersDark())
  const { declarations, accent } = planTheme(view, isDark, { supports: CSS.supports, toHex })
  for (const property of [
    '--bg',
    '--surface',
    '--line',
    '--fg',
    '--muted',
    '--danger',
    '--ok',
    '--radius',
    '--font',
  ]) {
    const value = declarations[property]
    if (value === undefined) root.style.removeProperty(property)
    else root.style.setProperty(property, value)
  }
  if (accent !== null) applyAccent(accent, root)
}

const prefersDark = (): boolean => matchMedia('(prefers-color-scheme: dark)').matches

/** The browser reads the colour; we read what it says. */
function toHex(colour: string): string | null {
  const probe = document.createElement('span')
  probe.style.color = colour
  document.body.append(probe)
  const channels = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(getComputedStyle(probe).color)
  probe.remove()
  if (channels === null) return null
  return `#${channels
    .slice(1)
    .map((channel) => Number(channel).toString(16).padStart(2, '0'))
    .join('')}`
}
