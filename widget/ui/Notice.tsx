import type { ComponentChildren } from 'preact'

type Props = { kind?: 'info' | 'warn' | 'error' | 'ok'; children: ComponentChildren }

/** A sentence that stands out. Errors interrupt a screen reader, the rest waits for its turn. */
export function Notice({ kind = 'info', children }: Props) {
  return (
    <div
      class={`notice${kind === 'info' ? '' : ` notice-${kind}`}`}
      role={kind === 'error' ? 'alert' : 'status'}
    >
      {children}
    </div>
  )
}
