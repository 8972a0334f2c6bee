import type { Locale } from './texts.ts'

/** Integer fen as `1,200.00`. The page shows amounts; it never computes one. */
export function formatFen(fen: number): string {
  const digits = Math.abs(fen).toString().padStart(3, '0')
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${fen < 0 ? '−' : ''}${whole}.${digits.slice(-2)}`
}

/** Basis points as `13%`, `1.5%`. */
export function formatRate(rateBp: number): string {
  return `${Number((rateBp / 100).toFixed(2))}%`
}

/** The business day in Shanghai, whatever clock the reader's device keeps. */
export function formatDate(instant: string, locale: Locale): string {
  return shown(instant, locale, { year: 'numeric', month: 'long', day: 'numeric' })
}

export function formatTime(instant: string, locale: Locale): string {
  return shown(instant, locale, {
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  })
}

function shown(instant: string, locale: Locale, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(instant)
  if (Number.isNaN(date.getTime())) return instant
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'Asia/Shanghai' }).format(date)
}

/** `1:05`; for countdowns. */
export function formatLeft(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000))
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toString().padStart(2, '0')}`
}
