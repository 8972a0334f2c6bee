const FALLBACK = '#175cd3'

/**
 * A shop's colour as a background and the text colour that can be read on it: white or near black, whichever
 * has the higher WCAG contrast. Anything but `#rrggbb` gives the default blue, so a style attribute never
 * receives text that a merchant typed.
 */
export function readShopColour(text: string): { background: string; foreground: string } {
  const background = /^#[0-9a-f]{6}$/i.test(text) ? text.toLowerCase() : FALLBACK
  const luminance = relativeLuminance(background)
  const onWhite = 1.05 / (luminance + 0.05)
  const onBlack = (luminance + 0.05) / 0.05
  return { background, foreground: onWhite >= onBlack ? '#ffffff' : '#101828' }
}

/** WCAG 2.2, "relative luminance". */
function relativeLuminance(colour: string): number {
  const channel = (from: number) => {
    const share = Number.parseInt(colour.slice(from, from + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
