/** Holds the room of an order and its form while they load, so that nothing jumps when they arrive. */
export function Skeleton({ label }: { label: string }) {
  return (
    <div class="stack skeleton-page" role="status">
      <span class="unseen">{label}</span>
      <div class="skeleton skeleton-line skeleton-short" />
      <div class="skeleton skeleton-card" />
      <div class="skeleton skeleton-field" />
      <div class="skeleton skeleton-field" />
    </div>
  )
}
