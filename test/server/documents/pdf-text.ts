import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'

export type ReadPdf = {
  /** The texts of each page, in the order they are drawn, without the gaps between them. */
  pages: string[][]
  /** Millimetres. */
  size: { width: number; height: number }
  info: Record<string, unknown>
  attachments: Map<string, Uint8Array>
  /** Every text with its right edge in millimetres. */
  rightEdges: { text: string; edge: number; page: number }[]
}

const MM_PER_POINT = 25.4 / 72

/** Reads a PDF with a reader that is not ours; of a very long one only its ends, the first and last page. */
export async function readPdf(bytes: Uint8Array, part: 'all' | 'ends' = 'all'): Promise<ReadPdf> {
  const task = getDocument({ data: new Uint8Array(bytes), verbosity: 0 })
  const pdf = await task.promise
  const pages: string[][] = []
  const rightEdges: ReadPdf['rightEdges'] = []
  for (let number = 1; number <= pdf.numPages; number += part === 'all' ? 1 : pdf.numPages - 1) {
    const { items } = await (await pdf.getPage(number)).getTextContent()
    const texts = items.flatMap((item) => ('str' in item && item.str.trim() !== '' ? [item] : []))
    pages.push(texts.map(({ str }) => str))
    for (const { str, transform, width } of texts) {
      rightEdges.push({ text: str, edge: (Number(transform[4]) + width) * MM_PER_POINT, page: number })
    }
  }
  const { width, height } = (await pdf.getPage(1)).getViewport({ scale: MM_PER_POINT })
  const { info } = await pdf.getMetadata()
  const attachments: ReadPdf['attachments'] = new Map()
  for (const name of (await pdf.getAttachments())?.keys() ?? []) {
    const content = await pdf.getAttachmentContent(name)
    if (content) attachments.set(name, new Uint8Array(content))
  }
  await task.destroy()
  return { pages, size: { width, height }, info: { ...info }, attachments, rightEdges }
}
