import { useEffect, useRef } from 'preact/hooks'
import type { Verdict, VerificationReply } from '../../server/contract/verifications.ts'
import { useVerifyTexts } from '../i18n/verify.ts'

/** Colour, sign and word say the same: nobody has to see the colour. */
const LOOKS: Readonly<Record<Verdict, { tone: 'ok' | 'warn' | 'error' | 'info'; sign: string }>> = {
  valid: { tone: 'ok', sign: '✓' },
  partly_reversed: { tone: 'warn', sign: '!' },
  reversed: { tone: 'error', sign: '✕' },
  replaced: { tone: 'error', sign: '✕' },
  unknown: { tone: 'info', sign: '?' },
}

export function VerdictCard({ reply }: { reply: VerificationReply }) {
  const words = useVerifyTexts()
  const heading = useRef<HTMLHeadingElement>(null)
  // A new answer is read out, even when it says the same as the one before.
  useEffect(() => heading.current?.focus(), [reply])
  const { verdict, mismatch, colour, isDemo, replacedBy } = reply
  // Green only where nothing is wrong: an altered file of a valid invoice is no valid file.
  const { tone, sign } = mismatch !== null && verdict === 'valid' ? LOOKS.partly_reversed : LOOKS[verdict]
  const found = words.verdicts[verdict]
  return (
    <section class={`notice notice-${tone} verdict`} aria-labelledby="verdict">
      <h2 id="verdict" ref={heading} tabIndex={-1}>
        <span class="verdict-sign" aria-hidden="true">
          {sign}
        </span>
        {mismatch === null ? found : words.but[mismatch](found)}
      </h2>
      {(mismatch === null || verdict !== 'valid') && <p>{words.explained[verdict]}</p>}
      {replacedBy !== null && <p>{words.replacedBy(replacedBy)}</p>}
      {colour === 'red' && <p>{words.red}</p>}
      {mismatch !== null && <p>{words.mismatches[mismatch]}</p>}
      {isDemo && <p class="verdict-demo">{words.demo}</p>}
    </section>
  )
}
