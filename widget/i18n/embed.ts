import { useWords } from './locale.tsx'
import type { Locale } from './texts.ts'

/** What only the frame on a storefront says. */
type EmbedTexts = { readonly noToken: string; readonly ended: string; readonly refused: string }

const TABLES: Readonly<Record<Locale, EmbedTexts>> = {
  'zh-CN': {
    noToken: '会话已过期，请刷新页面或重新登录店铺后再开票。',
    ended: '会话已过期，请刷新页面或重新登录店铺。已填写的内容还在这里。',
    refused: '这个页面没有被允许显示开票窗口，请在店铺的订单页里打开。',
  },
  en: {
    noToken: 'The session has ended. Reload the page or sign in to the shop again.',
    ended:
      'The session has ended. Reload the page or sign in to the shop again. Your entries are still here.',
    refused: 'This page may not show the invoice window. Please open it from your orders in the shop.',
  },
}

export const useEmbedTexts = (): EmbedTexts => TABLES[useWords().locale]
