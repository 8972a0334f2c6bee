import type { InvoiceState } from '../../invoicing/invoice.store.ts'
import type { InvoiceColour, InvoiceKind } from '../../invoicing/invoice.ts'
import { type Fen, yuan } from '../../invoicing/money.ts'
import { renderInvoiceMail } from './invoice-mail-html.ts'
import { INVOICE_MAIL_WORDS, type InvoiceMailWords, type MailFacts } from './invoice-mail-words.ts'
import type { MailAttachment, MailMessage } from './mail-message.ts'
import { readShopColour } from './shop-colour.ts'

export type MailedInvoice = {
  /** 20 digits. */
  readonly number: string
  readonly kind: InvoiceKind
  readonly colour: InvoiceColour
  /** As it stands when the mail goes out: it may be sent again long after its issue. */
  readonly state: InvoiceState
  readonly sellerName: string
  readonly buyerName: string
  /** Negative on a red invoice. */
  readonly grossFen: Fen
  readonly issuedAt: Date
  /** The blue number that a red one takes back. */
  readonly reverses: string | null
  /** PDF first; OFD and XML where the issuer gave them. */
  readonly files: readonly MailAttachment[]
}

export type InvoiceMail = {
  /** Of the delivery, not of the attempt: every attempt carries the same Message-ID. */
  readonly deliveryId: string
  readonly to: string
  readonly language: 'zh-CN' | 'en'
  readonly shop: { readonly name: string; readonly colour: string }
  /** After a reissue the new blue one comes first, then the red one. */
  readonly invoices: readonly [MailedInvoice, ...MailedInvoice[]]
  /** Short and stable: mail programs break long links. */
  readonly pageUrl: string
  /** Made by the sandbox: the mail says 演示 wherever an invoice number stands. */
  readonly isDemo: boolean
}

export type MailSender = {
  readonly from: { readonly name: string; readonly address: string }
  readonly replyTo: string | null
}

/** One invoice as a person reads it; the same rows in the text and in the HTML. */
export type InvoiceCard = {
  readonly colour: InvoiceColour
  readonly heading: string
  readonly amount: string
  readonly rows: readonly (readonly [label: string, value: string])[]
  readonly fileNames: readonly string[]
}

/**
 * The mail that brings one invoice, or the pair of a reissue, to its buyer. Pure: the same delivery gives the
 * same bytes. Subject = seller, number, amount (facts/invoicing.md §11). Names were typed by strangers: they
 * are cut to one line, lose marks that turn the reading direction, and are escaped in the HTML.
 */
export function buildInvoiceMail(sender: MailSender, mail: InvoiceMail): MailMessage {
  const words = INVOICE_MAIL_WORDS[mail.language]
  const url = checkedUrl(mail.pageUrl)
  const cards = mail.invoices.map((invoice) => invoiceCard(words, invoice))
  const facts = factsOf(mail)
  const subject = `${mail.isDemo ? words.demoMark : ''}${words.subject(facts, kindOf(mail))}`
  const shopName = plainLine(mail.shop.name, 40)
  const leads = leadsOf(mail, facts)
  const verifyUrl = new URL(`/verify?lang=${mail.language}`, url).href
  // What is red alone or no longer valid has no other title to ask for.
  const kind = kindOf(mail)
  const hint = kind === 'red' || kind === 'void' ? '' : words.reissueHint
  return {
    messageId: `<${mail.deliveryId}@${sender.from.address.slice(sender.from.address.lastIndexOf('@') + 1)}>`,
    from: { name: shopName, address: sender.from.address },
    replyTo: sender.replyTo,
    to: mail.to,
    subject,
    language: mail.language,
    text: renderText(words, { shopName, leads, hint, cards, url, verifyUrl, isDemo: mail.isDemo }),
    html: renderInvoiceMail({
      words,
      language: mail.language,
      shopName,
      colours: readShopColour(mail.shop.colour),
      subject,
      leads,
      hint,
      cards,
      url,
      verifyUrl,
      isDemo: mail.isDemo,
    }).markup,
    attachments: mail.invoices.flatMap(({ files }) => files),
  }
}

/**
 * What the mail is about: one blue, one of which a part or all was taken back since, one red, or the red
 * and new blue of a reissue.
 */
export type InvoiceMailKind = 'blue' | 'partly_void' | 'void' | 'red' | 'reissue'

function kindOf(mail: InvoiceMail): InvoiceMailKind {
  const [{ colour, state }, beside] = mail.invoices
  if (beside !== undefined) return 'reissue'
  if (colour === 'red' || state === 'issued') return colour
  return state === 'partly_reversed' ? 'partly_void' : 'void'
}

function factsOf({ invoices: [main, beside] }: InvoiceMail): MailFacts {
  const red = main.colour === 'red' ? main : beside
  return {
    seller: plainLine(main.sellerName, 60),
    number: main.number,
    amount: amountOf(main),
    red: red === undefined ? '' : red.number,
    taken: red === undefined ? '' : amountOf({ grossFen: -red.grossFen }),
    old: red?.reverses ?? '',
  }
}

/**
 * What happened, in the language of the mail. A red invoice is rare and read with worry, often by somebody
 * else's accountant, so it is said in the other language too.
 */
function leadsOf(mail: InvoiceMail, facts: MailFacts): string[] {
  const kind = kindOf(mail)
  const languages = [
    mail.language,
    ...(kind === 'blue' ? [] : ([mail.language === 'en' ? 'zh-CN' : 'en'] as const)),
  ]
  return languages.map((language) => INVOICE_MAIL_WORDS[language].lead(facts, kind))
}

function invoiceCard(words: InvoiceMailWords, invoice: MailedInvoice): InvoiceCard {
  return {
    colour: invoice.colour,
    heading: words.kinds[invoice.kind][invoice.colour],
    amount: amountOf(invoice),
    rows: [
      [words.number, invoice.number],
      [words.issuedOn, businessDate(invoice.issuedAt)],
      [words.seller, plainLine(invoice.sellerName, 100)],
      [words.buyer, plainLine(invoice.buyerName, 100)],
    ],
    fileNames: invoice.files.map(({ fileName }) => fileName),
  }
}

type TextParts = {
  shopName: string
  leads: readonly string[]
  hint: string
  cards: readonly InvoiceCard[]
  url: string
  /** Where whoever books the invoice checks it. */
  verifyUrl: string
  isDemo: boolean
}

function renderText(
  words: InvoiceMailWords,
  { shopName, leads, hint, cards, url, verifyUrl, isDemo }: TextParts,
): string {
  const blocks = cards.map(({ heading, amount, rows, fileNames }) =>
    [
      heading,
      `${words.total}${words.colon}${amount}`,
      ...rows.map(([label, value]) => `${label}${words.colon}${value}`),
      `${words.files}${words.colon}${fileNames.join(words.comma)}`,
    ].join('\n'),
  )
  const demo = isDemo ? [words.demoNotice] : []
  return [
    ...demo,
    ...leads,
    ...blocks,
    `${words.open}${words.colon}\n${url}`,
    ...(hint === '' ? [] : [hint]),
    `${words.verify}${words.colon}${verifyUrl}`,
    `${shopName}\n${words.footer}`,
  ]
    .join('\n\n')
    .concat('\n')
}

function amountOf({ grossFen }: Pick<MailedInvoice, 'grossFen'>): string {
  const text = yuan(grossFen)
  return text.startsWith('-') ? `-¥${text.slice(1)}` : `¥${text}`
}

const dateInShanghai = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short' })

function businessDate(instant: Date): string {
  return dateInShanghai.format(instant)
}

/** One line without controls and without marks that reverse what follows (a name must not repaint the mail). */
function plainLine(text: string, maxCharacters: number): string {
  const line = text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll('=?', '= ?') // the start of an encoded word
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim()
  const characters = [...line]
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters - 1).join('')}…` : line
}

function checkedUrl(text: string): string {
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new RangeError('a mail links to web pages only')
  return url.href
}
