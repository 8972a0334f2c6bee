import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler'
import { Resvg } from '@resvg/resvg-js'
import type { IssuedInvoice } from '../invoicing/invoice.ts'
import { writeEInvoiceXml } from './einvoice-xml.ts'
import { faceData } from './face/face-data.ts'
import { readCoverage } from './font-coverage.ts'
import { invoiceQrText } from './invoice-qr.ts'
import { writeOfd } from './ofd/write-ofd.ts'
import { qrSvg } from './qr-image.ts'

const FACE = join(import.meta.dirname, 'face')
const SONG = fontFile('@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf')
const COURIER = fontFile('@expo-google-fonts/courier-prime/400Regular/CourierPrime_400Regular.ttf')

/** The longest invoice has 2000 lines; a Typst page holds at least one of them. */
const ALL_PAGES = 2_000

/** The preview is for a phone: as wide as its screen has pixels, and no longer than one saves as a photo. */
const PREVIEW_WIDTH_PX = 1_200
const PREVIEW_PAGES = 6

export type InvoiceFace = {
  /** PDF/A-3b with the data file attached as `invoice.xml`; the same invoice gives the same bytes. */
  pdf(invoice: IssuedInvoice): Uint8Array
  /** The first pages of the same face, one under the other. */
  png(invoice: IssuedInvoice): Uint8Array
  /** 2000 lines take a second, so it is drawn where it blocks nobody. */
  ofd(invoice: IssuedInvoice): Uint8Array
}

/**
 * Loads fonts and template once. Native memory grows with the documents, so what lives long renders
 * through `createRenderer`. Throws a plain Error where a face does not compile: that is a bug of ours.
 */
export function createInvoiceFace(): InvoiceFace {
  const compiler = NodeCompiler.create({
    workspace: FACE,
    fontArgs: [{ fontPaths: [dirname(SONG), dirname(COURIER)] }],
  })
  const isPrintable = readCoverage(readFileSync(SONG))

  /** Exports the template with this invoice's data in place, and forgets the data. */
  const withFace = <T>(invoice: IssuedInvoice, pageLimit: number, use: (template: Template) => T): T => {
    const data = JSON.stringify(faceData(invoice, { isPrintable, pageLimit }))
    compiler.mapShadow(join(FACE, 'invoice.json'), Buffer.from(data))
    compiler.mapShadow(join(FACE, 'invoice.xml'), Buffer.from(writeEInvoiceXml(invoice)))
    compiler.mapShadow(join(FACE, 'qr.svg'), Buffer.from(qrSvg(invoiceQrText(invoice))))
    try {
      // One call compiles and exports. Holding the compiled document between two calls leaves 0.2 MB of
      // native memory to the garbage collector, which does not see it and so does not hurry.
      return use({ mainFilePath: join(FACE, 'invoice.typ') })
    } catch (cause) {
      throw new Error(`the face does not compile: ${withoutQuotes(cause)}`)
    } finally {
      compiler.resetShadow()
      // 1 drops what this document did not use again, the previous one's data; 0 would also drop the
      // parsed template and the frame, and double the time of the next document.
      compiler.evictCache(1)
    }
  }

  return {
    pdf: (invoice) => {
      // In whole seconds, and the only clock the file has: the same invoice gives the same bytes.
      const creationTimestamp = Math.floor(invoice.issuedAt.getTime() / 1000)
      return withFace(invoice, ALL_PAGES, (template) =>
        compiler.pdf(template, { pdfStandard: 'a-3b', creationTimestamp }),
      )
    },
    png: (invoice) => withFace(invoice, PREVIEW_PAGES, (template) => rasterise(compiler.plainSvg(template))),
    ofd: writeOfd,
  }
}

type Template = { mainFilePath: string }

/** Typst's SVG draws glyphs as paths, so no font is looked for here. */
function rasterise(svg: string): Uint8Array {
  return new Resvg(svg, {
    background: 'white',
    fitTo: { mode: 'width', value: PREVIEW_WIDTH_PX },
    font: { loadSystemFonts: false },
  })
    .render()
    .asPng()
}

/** The compiler quotes the text it fails on, which may be a buyer's name and belongs in no log. */
function withoutQuotes(cause: unknown): string {
  return String(cause).replaceAll(/"(?:[^"\\]|\\.)*"/g, '"…"')
}

function fontFile(path: string): string {
  return createRequire(import.meta.url).resolve(path)
}
