import type { ComponentChildren } from 'preact'

/** A bounded piece of the page, with a heading where it needs one. */
export function Card({ heading, children }: { heading?: string; children: ComponentChildren }) {
  return (
    <section class="card">
      {heading && <h2>{heading}</h2>}
      {children}
    </section>
  )
}

/** Name and value; the last one may be the total. Values without content are left out. */
export function Facts({ items }: { items: readonly Fact[] }) {
  return (
    <dl class="facts">
      {items.flatMap(({ name, value, isTotal }) => {
        if (value === null || value === '') return []
        const look = isTotal ? 'facts-total' : undefined
        return [
          <dt key={`${name}-name`} class={look}>
            {name}
          </dt>,
          <dd key={`${name}-value`} class={look}>
            {value}
          </dd>,
        ]
      })}
    </dl>
  )
}

export type Fact = { name: string; value: ComponentChildren; isTotal?: boolean }
