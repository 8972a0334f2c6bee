import { createHash } from 'node:crypto'
import { type Zippable, zipSync } from 'fflate'
import type { IssuedInvoice } from '../../invoicing/invoice.ts'
import { faceData } from '../face/face-data.ts'
import { invoiceQrText } from '../invoice-qr.ts'
import { qrPng } from '../qr-image.ts'
import { shanghaiTime } from '../shanghai-time.ts'
import { type Markup, tag, xmlFile } from './markup.ts'
import { type DrawnPage, drawPages, drawTemplate, type Said } from './ofd-face.ts'
import { FONTS, PAGE } from './painter.ts'

/** Of DocumentRes.xml, after the fonts. */
const QR_ID = 4
const TEMPLATE_ID = 5
/** Pages, layers and objects count on from here. */
const FIRST_ID = 6

/**
 * The invoice as OFD (GB/T 33190-2016), in the shape of the bureau's files: CustomDatas in OFD.xml and
 * Tags/CustomTag.xml name the facts (facts/invoicing.md §3.2). Fonts are named, not embedded, as there:
 * every advance is stated, so that a reader without them keeps the layout. The same invoice gives the
 * same bytes. No signature and no 监制章: both are the bureau's to give.
 */
export function writeOfd(invoice: IssuedInvoice): Uint8Array {
  let lastId = FIRST_ID - 1
  const nextId = () => {
    lastId += 1
    return lastId
  }
  const face = faceData(invoice, { isPrintable, pageLimit: Number.MAX_SAFE_INTEGER })
  const template = layerOf(drawTemplate(face, nextId), nextId())
  const pages = drawPages(face, QR_ID, nextId).map((page) => ({ ...page, id: nextId(), layerId: nextId() }))
  const contents = pages.map(({ objects, layerId }, index): [string, Uint8Array] => [
    `Doc_0/Pages/Page_${index}/Content.xml`,
    xmlFile(
      'Page',
      {},
      tag('Template', { TemplateID: TEMPLATE_ID, ZOrder: 'Background' }),
      layerOf(objects, layerId),
    ),
  ])
  const qr = qrPng(invoiceQrText(invoice))
  return zip([
    ['OFD.xml', ofdFile(invoice)],
    ['Doc_0/Document.xml', documentFile(pages, lastId)],
    ['Doc_0/PublicRes.xml', fontsFile()],
    ['Doc_0/DocumentRes.xml', imagesFile()],
    ['Doc_0/Res/qr.png', qr],
    ['Doc_0/Tpls/Tpl_0/Content.xml', xmlFile('Page', {}, template)],
    ...contents,
    ['Doc_0/Tags/CustomTags.xml', tagListFile()],
    ['Doc_0/Tags/CustomTag.xml', tagsFile(pages)],
  ])
}

/** What readers' fonts commonly have: the first plane, and Han beyond it. */
function isPrintable(codePoint: number): boolean {
  return codePoint <= 0xffff || /\p{Script=Han}/u.test(String.fromCodePoint(codePoint))
}

function layerOf(objects: readonly Markup[], id: number): Markup {
  return tag('Content', {}, tag('Layer', { ID: id }, ...objects))
}

function ofdFile(invoice: IssuedInvoice): Uint8Array {
  const { number, seller, buyer, issuedAt, isDemo } = invoice
  const { year, month, day } = shanghaiTime(issuedAt)
  const { net, tax, demoWords } = faceData(invoice, { isPrintable, pageLimit: 1 })
  const datas: [string, string][] = [
    ['发票号码', number],
    ['开票日期', `${year}年${month}月${day}日`],
    ['销售方纳税人识别号', seller.taxId ?? ''],
    ['购买方纳税人识别号', buyer.taxId ?? ''],
    ['合计金额', net],
    ['合计税额', tax],
    ...(isDemo ? ([['演示', demoWords]] as const).map(([name, text]): [string, string] => [name, text]) : []),
  ]
  const info = tag(
    'DocInfo',
    {},
    tag('DocID', {}, createHash('sha256').update(`ofd ${number}`).digest('hex').slice(0, 32)),
    tag('Title', {}, `电子发票 ${number}`),
    tag('Author', {}, seller.name),
    tag('CreationDate', {}, `${year}-${month}-${day}`),
    tag('Creator', {}, 'Fapiao Sidecar'),
    tag('CustomDatas', {}, ...datas.map(([Name, value]) => tag('CustomData', { Name }, value))),
  )
  const body = tag('DocBody', {}, info, tag('DocRoot', {}, 'Doc_0/Document.xml'))
  return xmlFile('OFD', { Version: '1.1', DocType: 'OFD' }, body)
}

type PlacedPage = DrawnPage & { id: number }

function documentFile(pages: readonly PlacedPage[], maxId: number): Uint8Array {
  return xmlFile(
    'Document',
    {},
    tag(
      'CommonData',
      {},
      tag('MaxUnitID', {}, String(maxId)),
      tag('PageArea', {}, tag('PhysicalBox', {}, `0 0 ${PAGE.width} ${PAGE.height}`)),
      tag('PublicRes', {}, 'PublicRes.xml'),
      tag('DocumentRes', {}, 'DocumentRes.xml'),
      tag('TemplatePage', { ID: TEMPLATE_ID, BaseLoc: 'Tpls/Tpl_0/Content.xml', ZOrder: 'Background' }),
    ),
    tag(
      'Pages',
      {},
      ...pages.map(({ id }, index) => tag('Page', { ID: id, BaseLoc: `Pages/Page_${index}/Content.xml` })),
    ),
    tag('CustomTags', {}, 'Tags/CustomTags.xml'),
  )
}

function fontsFile(): Uint8Array {
  const font = (ID: number, FontName: string, FamilyName: string) => tag('Font', { ID, FontName, FamilyName })
  const fonts = tag(
    'Fonts',
    {},
    font(FONTS.song, '宋体', '宋体'),
    font(FONTS.kai, '楷体', '楷体'),
    font(FONTS.courier, 'Courier New', 'Courier New'),
  )
  return xmlFile('Res', { BaseLoc: 'Res' }, fonts)
}

function imagesFile(): Uint8Array {
  const qr = tag('MultiMedia', { ID: QR_ID, Type: 'Image', Format: 'PNG' }, tag('MediaFile', {}, 'qr.png'))
  return xmlFile('Res', { BaseLoc: 'Res' }, tag('MultiMedias', {}, qr))
}

function tagListFile(): Uint8Array {
  return xmlFile(
    'CustomTags',
    {},
    tag('CustomTag', { TypeID: '0' }, tag('FileLoc', {}, '/Doc_0/Tags/CustomTag.xml')),
  )
}

/** Parties are groups; every other fact stands by itself. A text in several objects has a reference each. */
function tagsFile(pages: readonly PlacedPage[]): Uint8Array {
  const byTag = new Map<string, Markup[]>()
  const refer = ({ tag: name, page, objectId }: Said) => {
    const pageId = pages[page]?.id ?? 0
    const refs = byTag.get(name) ?? []
    refs.push(tag('ObjectRef', { PageRef: pageId }, String(objectId)))
    byTag.set(name, refs)
  }
  for (const { said } of pages) for (const fact of said) refer(fact)
  const tagOf = ([name, refs]: [string, Markup[]]) => tag(name, {}, ...refs)
  const group = (role: string) =>
    tag(role, {}, ...[...byTag].filter(([name]) => name.startsWith(role)).map(tagOf))
  const alone = [...byTag].filter(([name]) => !name.startsWith('Buyer') && !name.startsWith('Seller'))
  return xmlFile('root', { version: '1.0' }, group('Buyer'), group('Seller'), ...alone.map(tagOf))
}

function zip(files: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const entries: Zippable = Object.fromEntries(files)
  // A ZIP's time has no zone and is read as this machine shows it, so midnight is the same everywhere.
  return zipSync(entries, { level: 6, mtime: new Date(1980, 0, 1) })
}
