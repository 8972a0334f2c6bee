import type { zhCN } from './zh-cn.ts'

/** Literal texts become `string`; functions and structure stay as they are. */
type Widened<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { readonly [K in keyof T]: Widened<T[K]> }

/** What every language has to say. */
export type Texts = Widened<typeof zhCN>

export type Locale = 'zh-CN' | 'en'
