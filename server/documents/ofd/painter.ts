import { decimal, type Markup, tag } from './markup.ts'
import { emsOf, widthOf } from './text-layout.ts'

/** Ids of PublicRes.xml. */
export const FONTS = { song: 1, kai: 2, courier: 3 } as const
type Font = keyof typeof FONTS

export const MAROON = '128 0 0'
const BLACK = '0 0 0'

/** Courier's letters are all this wide, in ems. */
const COURIER_EMS = 0.6
/** Where the baseline stands in a text's box: the same for every font, so that all stand on one line. */
export const ASCENT = 0.88

export type TextStyle = {
  /** Millimetres. */
  readonly size?: number
  readonly font?: Font
  readonly colour?: string
  /** Set closer until it is this short, at full height. */
  readonly within?: number
}

/** Ids are unique in the document and grow in drawing order. */
export type NextId = () => number

/** Collects the objects of one page; millimetres from its top left corner. */
export type Painter = {
  /** The box's top left corner. Returns the object's id, for tags that point to it. */
  text(x: number, y: number, text: string, style?: TextStyle): number
  /** One path of straight lines and arcs (OFD's AbbreviatedData), in page coordinates. */
  path(data: string, style: { width: number; colour: string }): void
  image(resourceId: number, box: { x: number; y: number; width: number; height: number }): void
  /** A line of text, turned by the degrees around its middle. */
  turned(centre: { x: number; y: number }, text: string, style: TextStyle & { degrees: number }): void
  objects(): Markup[]
}

export const PAGE = { width: 210, height: 140 } as const

export function createPainter(nextId: NextId): Painter {
  const drawn: Markup[] = []
  return {
    text(x, y, text, style = {}) {
      const id = nextId()
      const run = setRun(text, style)
      const { size, width } = run
      drawn.push(
        tag(
          'TextObject',
          { ID: id, Boundary: box(x, y, width, size * 1.12), Font: FONTS[style.font ?? 'song'], Size: size },
          ...run.content,
        ),
      )
      return id
    },
    path(data, { width, colour }) {
      drawn.push(
        tag(
          'PathObject',
          { ID: nextId(), Boundary: box(0, 0, PAGE.width, PAGE.height), LineWidth: width, Fill: 'false' },
          tag('StrokeColor', { Value: colour }),
          tag('AbbreviatedData', {}, data),
        ),
      )
    },
    image(resourceId, { x, y, width, height }) {
      const CTM = [width, 0, 0, height, 0, 0].map(decimal).join(' ')
      drawn.push(
        tag('ImageObject', {
          ID: nextId(),
          Boundary: box(x, y, width, height),
          ResourceID: resourceId,
          CTM,
        }),
      )
    },
    turned(centre, text, { degrees, ...style }) {
      const { size, width, content } = setRun(text, style)
      drawn.push(
        tag(
          'TextObject',
          {
            ID: nextId(),
            Boundary: box(0, 0, PAGE.width, PAGE.height),
            Font: FONTS[style.font ?? 'song'],
            Size: size,
            CTM: turn(centre, { width, height: size, degrees }),
          },
          ...content,
        ),
      )
    },
    objects: () => drawn,
  }
}

/** A text from its baseline's start, every advance stated: a reader without the font keeps the layout. */
function setRun(text: string, { size = 3.175, font = 'song', colour = BLACK, within }: TextStyle) {
  const natural = [...text].map((character) => (font === 'courier' ? COURIER_EMS : emsOf(character)) * size)
  const sum = natural.reduce((total, advance) => total + advance, 0)
  const squeeze = within === undefined || sum <= within ? 1 : within / sum
  const advances = natural.map((advance) => advance * squeeze)
  const delta = deltas(advances.slice(0, -1))
  const code = { X: 0, Y: ASCENT * size, ...(delta === '' ? {} : { DeltaX: delta }) }
  return {
    size,
    width: Math.max(sum * squeeze, 0.1),
    content: [tag('FillColor', { Value: colour }), tag('TextCode', code, text)],
  }
}

/** Equal advances are counted (`g 5 3.175`), as GB/T 33190-2016 §11.3 allows. */
function deltas(advances: readonly number[]): string {
  const parts: string[] = []
  for (let at = 0; at < advances.length; ) {
    const value = decimal(advances[at] ?? 0)
    let count = 1
    while (at + count < advances.length && decimal(advances[at + count] ?? 0) === value) count += 1
    parts.push(count > 1 ? `g ${count} ${value}` : value)
    at += count
  }
  return parts.join(' ')
}

function turn(
  centre: { x: number; y: number },
  { width, height, degrees }: { width: number; height: number; degrees: number },
): string {
  const angle = (degrees * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const x = centre.x - (cos * width - sin * height) / 2
  const y = centre.y - (sin * width + cos * height) / 2
  return [cos, sin, -sin, cos, x, y].map(decimal).join(' ')
}

/** Millimetres that a text takes in a font. */
export function runWidth(text: string, size: number, font: Font = 'song'): number {
  return font === 'courier' ? [...text].length * COURIER_EMS * size : widthOf(text, size)
}

function box(...numbers: [x: number, y: number, width: number, height: number]): string {
  return numbers.map(decimal).join(' ')
}
