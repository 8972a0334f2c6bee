import { type ComponentChildren, createContext } from 'preact'
import { useContext, useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks'
import type { ProblemCode } from '../../server/contract/problems.ts'
import { ApiProblem, NetworkFailure } from '../api/problems.ts'
import type { Locale, Texts } from './texts.ts'
import { zhCN } from './zh-cn.ts'

/** Most readers need one table: what the first screen does not say comes later (6 KB less on the first load). */
async function loadTexts(locale: Locale): Promise<Texts> {
  if (locale !== 'zh-CN') return (await import('./en.ts')).en
  return { ...zhCN, problems: (await import('./zh-problems.ts')).zhProblems }
}

export type Words = { readonly locale: Locale; readonly texts: Texts; setLocale(locale: Locale): void }

const WordsContext = createContext<Words>({ locale: 'zh-CN', texts: zhCN, setLocale() {} })

/** `?lang=` wins, then the browser's language; whoever reads neither Chinese nor English reads English. */
export function chooseLocale(search: string, language: string): Locale {
  const asked = new URLSearchParams(search).get('lang') ?? language
  return asked.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}

type Spoken = { locale: Locale; texts: Texts }

/** Everything below speaks `locale`, and `<html lang>` says so to screen readers and hyphenation. */
export function WordsProvider({ locale: first, children }: { locale: Locale; children: ComponentChildren }) {
  const [asked, setLocale] = useState(first)
  const [spoken, setSpoken] = useState<Spoken | null>(
    first === 'zh-CN' ? { locale: first, texts: zhCN } : null,
  )
  useEffect(() => {
    let isGone = false
    const speak = (found: Spoken) => !isGone && setSpoken(found)
    // A table that cannot be fetched is no reason for an empty page.
    loadTexts(asked).then(
      (texts) => speak({ locale: asked, texts }),
      () => speak({ locale: 'zh-CN', texts: zhCN }),
    )
    return () => {
      isGone = true
    }
  }, [asked])
  useLayoutEffect(() => {
    if (spoken) document.documentElement.lang = spoken.locale
  }, [spoken])
  const words = useMemo(() => spoken && { ...spoken, setLocale }, [spoken])
  return words && <WordsContext.Provider value={words}>{children}</WordsContext.Provider>
}

export const useWords = (): Words => useContext(WordsContext)

/** The sentence for a code; for one this page does not know yet, the sentence that came with it. */
export function wordsOf(texts: Texts, code: ProblemCode, detail: string): string {
  return texts.problems[code] ?? (detail || texts.problems.unexpected)
}

/** What a person reads when a call failed, whatever failed. */
export function describeFailure(texts: Texts, cause: unknown): string {
  if (cause instanceof ApiProblem) return wordsOf(texts, cause.code, cause.detail)
  if (cause instanceof NetworkFailure) return texts.failures[cause.kind]
  return texts.problems.unexpected
}
