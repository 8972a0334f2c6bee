import type { PastedField, Span } from './glued.ts'

/** What a label announces: a field, two fields glued together, or something a title does not hold. */
export type LabelKind = PastedField | 'addressPhone' | 'bankBoth' | 'other'

/** A label with the place where its value begins. */
export type Label = Span & { readonly kind: LabelKind }

// At one place the first alternative wins, so the longer labels come first. Every repetition is bounded.
const LABEL = new RegExp(
  [
    '(?<other>(?:抬头|发票|开票|纳税人?|订单|收件|收货|邮寄)(?:类型|种类|性质|内容|金额|项目|编号|号码?|人|地址)|备注|金额)',
    '(?<addressPhone>(?:注册|公司|单位|企业|购方)?(?:地址[、/及和与]?(?:联系)?电话|电话[、/及和与]?地址))',
    '(?<bankBoth>开户银?行(?:名称)?[、/及和与]?(?:银行)?[账帐][号户]|银行(?:名称)?[、/及和与](?:银行)?[账帐][号户])',
    '(?<taxId>纳税人?识别(?:号码?|代码)|(?:统一)?社会信用代码(?:证?号)?|税务登记号|(?:公司|单位|企业|购方|发票)?税号|\\btax ?(?:id|no)\\b\\.?)',
    '(?<name>(?:购买?方|客户|单位|公司|企业|开票|发票|抬头){0,2}(?:名称|抬头)|姓名|(?:公司|单位|购买方)(?= ?[:=])|\\b(?:company|title|name)\\b)',
    '(?<address>(?:注册|公司|单位|企业|开票|联系|购方)?地址|\\baddress\\b)',
    '(?<bankAccount>(?:银行|开户|对公|公司)?[账帐][号户]|\\baccount\\b)',
    '(?<bankName>开户银?行(?:名称)?|银行名称|\\bbank\\b)',
    '(?<email>(?:电子|收票|接收|收件)?(?:邮箱|邮件)(?:地址)?|\\be-?mail\\b)',
    '(?<phone>(?:联系|公司|单位|注册|固定|手机)?电话(?:号码?)?|手机(?:号码?)?|\\b(?:tel|phone|mobile)\\b\\.?)',
  ].join('|'),
  'gi',
)
/** `：`, `（必填）:`, 是. Sticky: asked at one place only. */
const COLON = /(?: ?\([^()\n]{0,12}\))? {0,4}(?:[:=]|是|为) */y
const OWNER = /^(?:公司|单位|企业|银行)./
/** Whose value may follow at once, without a colon, because nothing else would begin like it. */
const DIRECT: ReadonlyMap<LabelKind, RegExp> = new Map([
  ['taxId', /[0-9A-Z]/i],
  ['phone', /[+\d]/],
  ['bankAccount', /\d/],
  ['email', /[\w]/],
  ['address', /[\s\p{Script=Han}]/u],
  ['addressPhone', /[\s\p{Script=Han}]/u],
  ['bankName', /[\s\p{Script=Han}]/u],
  ['bankBoth', /[\s\p{Script=Han}]/u],
])

function kindOf(groups: Readonly<Record<string, string | undefined>>): LabelKind {
  const kinds: LabelKind[] = [
    'other',
    'addressPhone',
    'bankBoth',
    'taxId',
    'name',
    'address',
    'bankAccount',
    'bankName',
    'email',
  ]
  return kinds.find((kind) => groups[kind] !== undefined) ?? 'phone'
}

/**
 * The labels of a width-folded text, in its order (facts/hosts-and-embed.md §4.7). A word is a label when
 * a colon follows; or when it begins a piece of the text and its value follows: a company may well be
 * called 示例地址信息有限公司.
 */
export function findLabels(text: string): Label[] {
  return [...text.matchAll(LABEL)].flatMap((match): Label[] => {
    const kind = kindOf(match.groups ?? {})
    const isOpening = match.index === 0 || /[\s,;.。、，|/(:]/.test(text.charAt(match.index - 1))
    const end = valueStart(kind, text, { isOpening, at: match.index + match[0].length })
    if (end === null) return []
    // In 示例有限公司税号 the 公司 belongs to the name, in 示例银行账号 the 银行; not so in 示例分行银行账号.
    const isNamesEnd = !isOpening && OWNER.test(match[0]) && !/[司行社部]/.test(text.charAt(match.index - 1))
    const start = isNamesEnd ? match.index + 2 : match.index
    return [{ kind, start, end }]
  })
}

/** Where the value behind a label begins, or null where the word is no label. */
function valueStart(kind: LabelKind, text: string, word: { isOpening: boolean; at: number }): number | null {
  const { isOpening, at } = word
  COLON.lastIndex = at
  const colon = COLON.exec(text)
  if (colon) return at + colon[0].length

  const isAtOnce = DIRECT.get(kind)?.test(text.charAt(at)) ?? false
  const isNumber = kind === 'taxId' || kind === 'phone' || kind === 'bankAccount'
  if (!isOpening) return isNumber && isAtOnce ? at : null
  // "Example Bank Ltd" holds no label: an English word needs its colon, unless a number follows.
  const isWord = !isNumber && !/[\u4e00-\u9fff]/.test(text.charAt(at - 1))
  return !isWord && (isAtOnce || /\s/.test(text.charAt(at))) ? at : null
}
