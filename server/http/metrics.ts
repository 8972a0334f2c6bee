import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = {
  /** One answered request; `route` is a pattern, so that no label holds an id. */
  observe(answered: { route: string; method: string; status: number; seconds: number }): void
  /** A number that is read when somebody asks, e.g. jobs waiting. `name` in snake_case with its unit last. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void
  /** Things that happened, by one label; read when somebody asks. `name` ends in `_total`. */
  count(
    name: string,
    help: string,
    by: { label: string; read: () => Promise<Readonly<Record<string, number>>> },
  ): void
  /** The Prometheus text format. */
  render(): Promise<string>
  readonly contentType: string
}

/** A registry of its own: two apps in one process do not share counts. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Answered requests by route pattern',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    registers: [registry],
  })
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    observe: ({ seconds, ...labels }) => durations.observe(labels, seconds),
    count(name, help, { label, read }) {
      new Counter({
        name,
        help,
        labelNames: [label],
        registers: [registry],
        // The table is the truth: what is there now, and not what this process saw.
        async collect() {
          const found = await read()
          this.reset()
          for (const [value, times] of Object.entries(found)) this.inc({ [label]: value }, times)
        },
      })
    },
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        async collect() {
          this.set(await read())
        },
      })
    },
  }
}
