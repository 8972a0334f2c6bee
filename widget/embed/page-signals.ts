/** Tells the height of `root` whenever it changes, once per drawn frame; answers its undo. */
export function reportHeight(root: Element, tell: (height: number) => void): () => void {
  let planned = 0
  let last = 0
  const measure = () => {
    planned = 0
    const height = Math.ceil(root.getBoundingClientRect().height)
    if (height === last || height === 0) return
    last = height
    tell(height)
  }
  const observer = new ResizeObserver(() => {
    planned ||= requestAnimationFrame(measure)
  })
  observer.observe(root)
  return () => {
    observer.disconnect()
    cancelAnimationFrame(planned)
  }
}

/** Escape closes the host's dialog, unless something in here took it for itself. */
export function forwardEscape(close: () => void): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing) close()
  }
  addEventListener('keydown', press)
  return () => removeEventListener('keydown', press)
}
