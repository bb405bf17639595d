/** Prometheus' text format, version 0.0.4. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export type Labels = Record<string, string>

export interface Sample {
  labels: Labels
  value: number
}

/** One metric with all its samples. `name` has the unit as its end (`_seconds`, `_total`). */
export function metric(
  type: 'gauge' | 'counter',
  name: string,
  help: string,
  samples: readonly Sample[],
): string {
  const lines = samples.map(({ labels, value }) => `${name}${labelled(labels)} ${numeral(value)}`)
  return samples.length === 0 ? '' : `${head(name, type, help)}${lines.join('\n')}\n`
}

/** Counts values by upper bound. Kept in memory, from the start of the program. */
export class Histogram {
  readonly #bounds: readonly number[]
  readonly #series = new Map<string, { labels: Labels; counts: number[]; sum: number; total: number }>()

  /** `bounds`: ascending, in the metric's unit. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
  }

  observe(value: number, labels: Labels = {}): void {
    const key = labelled(labels)
    let series = this.#series.get(key)
    if (series === undefined) {
      series = { labels, counts: this.#bounds.map(() => 0), sum: 0, total: 0 }
      this.#series.set(key, series)
    }
    for (let at = this.#bounds.length - 1; at >= 0 && value <= this.#bounds[at]!; at--)
      series.counts[at]! += 1
    series.sum += value
    series.total += 1
  }

  text(name: string, help: string): string {
    if (this.#series.size === 0) return ''
    const lines = [...this.#series.values()].flatMap(({ labels, counts, sum, total }) => [
      ...this.#bounds.map(
        (bound, at) => `${name}_bucket${labelled({ ...labels, le: String(bound) })} ${counts[at]}`,
      ),
      `${name}_bucket${labelled({ ...labels, le: '+Inf' })} ${total}`,
      `${name}_sum${labelled(labels)} ${numeral(sum)}`,
      `${name}_count${labelled(labels)} ${total}`,
    ])
    return `${head(name, 'histogram', help)}${lines.join('\n')}\n`
  }
}

const head = (name: string, type: string, help: string) =>
  `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`

function labelled(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escaped = (value: string) =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const numeral = (value: number) =>
  Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf'
