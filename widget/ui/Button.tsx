import type { ComponentChildren } from 'preact'

type Props = {
  kind?: 'primary' | 'secondary' | 'quiet'
  type?: 'button' | 'submit'
  /** Shows a spinner and ignores further taps; it keeps the focus, which a disabled button would lose. */
  isBusy?: boolean
  /** Not now, for a reason that stands beside it. */
  isOff?: boolean
  isWide?: boolean
  onClick?: () => void
  children: ComponentChildren
}

/** One primary button per screen, in the flow of the page: a fixed bar would hide fields on iOS. */
export function Button({
  kind = 'secondary',
  type = 'button',
  isBusy = false,
  isOff = false,
  isWide,
  onClick,
  children,
}: Props) {
  const press = (event: Event) => {
    if (isBusy || isOff) event.preventDefault()
    else onClick?.()
  }
  const look = `button${kind === 'secondary' ? '' : ` button-${kind}`}${isWide ? ' button-wide' : ''}`
  return (
    <button type={type} class={look} aria-disabled={isBusy || isOff ? 'true' : undefined} onClick={press}>
      {isBusy && <span class="spinner" aria-hidden="true" />}
      {children}
    </button>
  )
}
