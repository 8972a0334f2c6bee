/** What white or black text needs on a background, and the background on the page (WCAG 1.4.3). */
const CONTRAST = 4.5

type Rgb = readonly [number, number, number]

const WHITE: Rgb = [255, 255, 255]
/** `--surface` of the dark scheme. */
const DARK_SURFACE: Rgb = [26, 29, 35]

/** `#rrggbb`, or null: what a shop may set is data, never CSS. */
export function readColour(text: string): Rgb | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text.trim())
  if (match === null) return null
  const [, red = '', green = '', blue = ''] = match
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)]
}

export function contrastOf(one: Rgb, other: Rgb): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

/**
 * The shop's colour in its three uses, each readable at 4.5 : 1: behind white text, as text on the light
 * surface and as text on the dark one. A pale yellow is darkened until it can be read; the hue stays.
 */
export function accentColours(accent: string): { accent: string; light: string; dark: string } | null {
  const colour = readColour(accent)
  if (colour === null) return null
  const onLight = blendUntil(colour, [0, 0, 0], WHITE)
  return { accent: hex(onLight), light: hex(onLight), dark: hex(blendUntil(colour, WHITE, DARK_SURFACE)) }
}

/** Sets the accent on the page; a colour that is none leaves the default standing. */
export function applyAccent(accent: string, root: HTMLElement = document.documentElement): void {
  const colours = accentColours(accent)
  if (colours === null) return
  root.style.setProperty('--accent', colours.accent)
  root.style.setProperty('--accent-ink-light', colours.light)
  root.style.setProperty('--accent-ink-dark', colours.dark)
}

function blendUntil(colour: Rgb, towards: Rgb, against: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.04) {
    const blend = mix(colour, towards, share)
    if (contrastOf(blend, against) >= CONTRAST) return blend
  }
  return towards
}

function mix([r1, g1, b1]: Rgb, [r2, g2, b2]: Rgb, share: number): Rgb {
  const between = (from: number, to: number) => Math.round(from + (to - from) * share)
  return [between(r1, r2), between(g1, g2), between(b1, b2)]
}

function hex(colour: Rgb): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

/** WCAG relative luminance. */
function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((channel) => {
    const share = channel / 255
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
