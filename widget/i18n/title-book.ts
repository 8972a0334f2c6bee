import { useWords } from './locale.tsx'
import type { Locale } from './texts.ts'

/** 抬头簿 in words. Loaded with it: who comes by a link has none. */
export type TitleBookTexts = {
  readonly heading: string
  readonly first: string
  readonly filled: string
  readonly restore: string
  readonly manage: string
  readonly done: string
  readonly use: string
  readonly makeDefault: string
  readonly forget: string
  readonly exportAll: string
  readonly forgetAll: string
  readonly forgetAllSure: (count: number) => string
  readonly forgetAllYes: string
  readonly cancel: string
  readonly madeDefault: (name: string) => string
  readonly forgotten: (name: string) => string
  readonly allForgotten: string
  readonly exported: string
  readonly remember: string
  readonly rememberHint: string
  readonly known: string
  readonly kept: string
  readonly notKept: string
  readonly customer: string
  readonly customerHint: string
  readonly taxIdOpen: (name: string) => string
}

const zhCN: TitleBookTexts = {
  heading: '常用抬头',
  first: '默认',
  filled: '已填入，请核对。',
  restore: '恢复刚才填写的内容',
  manage: '管理',
  done: '完成',
  use: '选用',
  makeDefault: '设为默认',
  forget: '删除',
  exportAll: '导出（JSON）',
  forgetAll: '全部删除',
  forgetAllSure: (count) => `将删除保存的 ${count} 个抬头，已开的发票不受影响。`,
  forgetAllYes: '确认全部删除',
  cancel: '取消',
  madeDefault: (name) => `已设为默认：${name}`,
  forgotten: (name) => `已删除：${name}`,
  allForgotten: '已全部删除。',
  exported: '已导出。',
  remember: '记住这个抬头，下次直接选用',
  rememberHint: '只用于您在本商家开票，可随时导出或删除。',
  known: '这个抬头已在“常用抬头”里。',
  kept: '抬头已记住，下次可直接选用。',
  notKept: '抬头没有记住，下次需要重新填写。开票不受影响。',
  customer: '该客户的常用抬头',
  customerHint: '部分内容已隐藏，填入后请与客户核对。',
  taxIdOpen: (name) => `已填入${name}，税号请向客户确认。`,
}

const en: TitleBookTexts = {
  heading: 'Your titles',
  first: 'Default',
  filled: 'Filled in. Please check.',
  restore: 'Bring back what you typed',
  manage: 'Manage',
  done: 'Done',
  use: 'Use',
  makeDefault: 'Make default',
  forget: 'Delete',
  exportAll: 'Export (JSON)',
  forgetAll: 'Delete all',
  forgetAllSure: (count) =>
    `This deletes ${count === 1 ? 'the one title' : `all ${count} titles`} kept for you. Issued invoices stay as they are.`,
  forgetAllYes: 'Yes, delete all',
  cancel: 'Cancel',
  madeDefault: (name) => `Default now: ${name}`,
  forgotten: (name) => `Deleted: ${name}`,
  allForgotten: 'All deleted.',
  exported: 'Exported.',
  remember: 'Remember this title for next time',
  rememberHint: 'Used only for your invoices from this merchant. Export or delete it at any time.',
  known: 'This title is among your titles already.',
  kept: 'The title is remembered for next time.',
  notKept: 'The title could not be remembered. Your invoice is not affected.',
  customer: 'Titles of this customer',
  customerHint: 'Parts are hidden. Check with the customer after filling in.',
  taxIdOpen: (name) => `Filled in ${name}. Ask the customer for the tax ID.`,
}

const TABLES: Readonly<Record<Locale, TitleBookTexts>> = { 'zh-CN': zhCN, en }

export const useTitleBookTexts = (): TitleBookTexts => TABLES[useWords().locale]
