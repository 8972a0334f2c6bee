/** Sizes in millimetres that a text may shrink to, as on the PDF's face. */
const SIZES = [3.175, 2.82, 2.5, 2.2, 1.9, 1.6, 1.3] as const
const FULL_SIZE = SIZES[0]
const SMALLEST = SIZES[SIZES.length - 1] ?? FULL_SIZE
/** Between two lines of one text. */
const LEADING = 0.42

/** Signs below U+0250 that Chinese fonts draw as wide as a Han character. */
const WIDE_SIGNS = new Set([...'§¨°±·×÷'])

/** Advance of one character in ems: Song's Latin letters are half as wide as its Han characters. */
export function emsOf(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0
  if (WIDE_SIGNS.has(character)) return 1
  return codePoint < 0x250 || (codePoint >= 0xff61 && codePoint <= 0xffdc) ? 0.5 : 1
}

/** Millimetres. */
export function widthOf(text: string, size: number): number {
  let ems = 0
  for (const character of text) ems += emsOf(character)
  return ems * size
}

export type Fitted = { readonly size: number; readonly lines: readonly string[]; readonly height: number }

/** Text that shrinks until it keeps within width and height; cut off where even the smallest is too large. */
export function fitBox(text: string, { width, height }: { width: number; height: number }): Fitted {
  for (const size of SIZES) {
    const lines = wrap(text, width, size)
    if (heightOf(lines.length, size) <= height) return { size, lines, height: heightOf(lines.length, size) }
  }
  const room = Math.floor((height + LEADING) / (SMALLEST + LEADING))
  return { size: SMALLEST, lines: wrap(text, width, SMALLEST).slice(0, room), height }
}

/** The size at which one line is short enough, from the given one down; at last the smallest. */
export function fitLine(text: string, width: number, from: number = FULL_SIZE): number {
  const smaller = SIZES.filter((size) => size < from)
  return [from, ...smaller].find((size) => widthOf(text, size) <= width) ?? SMALLEST
}

export function lineStep(size: number): number {
  return size + LEADING
}

function heightOf(lines: number, size: number): number {
  return Math.max(0, lines * lineStep(size) - LEADING)
}

/** A Han character with the marks that must not begin a line, a word, or a space; a long run breaks anywhere. */
const PIECES = /[!-~]{10,}|[!-~]+|\s|[^\s!-~][）】》」』，。、；：！？]*/gu

function wrap(text: string, width: number, size: number): string[] {
  return text.split('\n').flatMap((paragraph) => wrapParagraph(paragraph, width, size))
}

function wrapParagraph(paragraph: string, width: number, size: number): string[] {
  const pieces = (paragraph.match(PIECES) ?? []).flatMap((piece) =>
    /^[!-~]{10,}$/.test(piece) || widthOf(piece, size) > width ? [...piece] : [piece],
  )
  const lines: string[] = []
  let line = ''
  for (const piece of pieces) {
    if (line !== '' && widthOf(line + piece, size) > width + 0.001) {
      lines.push(line.trimEnd())
      line = piece.trimStart()
    } else line += piece
  }
  return [...lines, line]
}
