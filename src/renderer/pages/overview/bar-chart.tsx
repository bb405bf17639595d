import { useElementSize } from '@mantine/hooks'
import { useState } from 'react'
import { useLocation } from 'wouter'
import classes from './bar-chart.module.css'
import { labelEvery, ticksFor } from './bar-scale.ts'

interface Column {
  /** Below the column, where there is room. */
  label: string
  /** One for each series, the lowest first. */
  values: readonly number[]
}

export interface BarChartProps {
  columns: readonly Column[]
  series: readonly { name: string; color: string }[]
  /** Pixels, with legend and labels. */
  height: number
  number(value: number): string
  /** Where a column leads. */
  hrefOf(index: number): string
}

const AXIS = 36
const LABELS = 20
const LEGEND = 28
/** Room for one label, in pixels. */
const LABEL = 52

/** Stacked bars. For sight and the pointer only: put a table beside it for screen readers. */
export function BarChart({ columns, series, height, number, hrefOf }: BarChartProps) {
  const { ref, width } = useElementSize()
  const [over, setOver] = useState<number | null>(null)
  const [, go] = useLocation()
  const totals = columns.map(({ values }) => values.reduce((sum, value) => sum + value, 0))
  const ticks = ticksFor(Math.max(...totals))
  const top = ticks.at(-1)!
  const plot = { width: Math.max(width - AXIS, 0), height: height - LABELS - LEGEND }
  const band = plot.width / Math.max(columns.length, 1)
  const y = (value: number) => LEGEND + plot.height * (1 - value / top)
  const every = labelEvery(columns.length, plot.width, LABEL)
  const shown = over === null ? undefined : columns[over]
  return (
    <div ref={ref} className={classes.chart} style={{ height }}>
      <ul className={classes.legend}>
        {series.map(({ name, color }) => (
          <li key={name}>
            <span className={classes.dot} style={{ background: color }} />
            {name}
          </li>
        ))}
      </ul>
      {/* biome-ignore lint/a11y/noSvgWithoutTitle: hidden from assistive technology; the table beside it speaks */}
      <svg width={width} height={height} onPointerLeave={() => setOver(null)}>
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={AXIS} x2={width} y1={y(tick)} y2={y(tick)} className={classes.grid} />
            <text x={AXIS - 8} y={y(tick)} textAnchor="end" dominantBaseline="middle">
              {number(tick)}
            </text>
          </g>
        ))}
        {columns.map(({ label, values }, index) => {
          const x = AXIS + band * index
          let base = 0
          return (
            // Not in the order of the Tab key: it would be 54 stops, and the log's own filter does the same.
            <a
              key={label}
              href={`#${hrefOf(index)}`}
              tabIndex={-1}
              className={classes.column}
              data-over={over === index || undefined}
              onPointerMove={() => setOver(index)}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return
                event.preventDefault()
                go(hrefOf(index))
              }}
            >
              <rect x={x} y={LEGEND} width={band} height={plot.height} className={classes.band} />
              {values.map((value, at) => {
                const from = base
                base += value
                return value === 0 ? null : (
                  <rect
                    key={series[at]!.name}
                    x={x + band * 0.15}
                    y={y(base)}
                    width={band * 0.7}
                    height={y(from) - y(base)}
                    fill={series[at]!.color}
                  />
                )
              })}
              {index % every === 0 && (
                <text x={x + band / 2} y={height - 6} textAnchor="middle">
                  {label}
                </text>
              )}
            </a>
          )
        })}
      </svg>
      {shown && over !== null && (
        <div
          className={classes.tip}
          style={{ left: AXIS + band * (over + 0.5), translate: over > columns.length / 2 ? '-105%' : '5%' }}
        >
          <strong>{shown.label}</strong>
          {series.map(({ name, color }, at) => (
            <div key={name}>
              <span className={classes.dot} style={{ background: color }} />
              {name}: {number(shown.values[at] ?? 0)}
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
