import type { TitleKind } from '../../server/contract/invoicing.ts'
import { useWords } from './locale.tsx'
import type { Locale } from './texts.ts'

/** 抬头 of an organisation, by who it is. */
export type OrganisationKind = Exclude<TitleKind, 'person'>

type KindTexts = {
  readonly label: string
  readonly kinds: Readonly<Record<OrganisationKind, string>>
  readonly hints: Readonly<Partial<Record<OrganisationKind, string>>>
}

const zhCN: KindTexts = {
  label: '单位类型',
  kinds: {
    company: '企业',
    sole_trader: '个体工商户',
    public_body: '机关、事业单位、社会团体',
    foreign: '境外单位或个人',
  },
  hints: {
    public_body: '没有税号也可以开普票，专票需要税号。',
    foreign: '只需填写名称，只能开普票。',
  },
}

const en: KindTexts = {
  label: 'Type of organisation',
  kinds: {
    company: 'Company',
    sole_trader: 'Sole trader',
    public_body: 'Public body or association',
    foreign: 'Buyer abroad',
  },
  hints: {
    public_body: 'Without a tax ID an ordinary invoice is possible; a special one needs it.',
    foreign: 'The name is enough; only an ordinary invoice is possible.',
  },
}

const TABLES: Readonly<Record<Locale, KindTexts>> = { 'zh-CN': zhCN, en }

export const useKindTexts = (): KindTexts => TABLES[useWords().locale]
