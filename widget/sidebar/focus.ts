let isFirst = true

/**
 * Whether this page may move the focus: when it has it, and once when it opens. An agent who types in the chat
 * beside us keeps the cursor there, whatever changes here.
 */
export function isFocusOurs(): boolean {
  const isOurs = isFirst || document.hasFocus()
  isFirst = false
  return isOurs
}
