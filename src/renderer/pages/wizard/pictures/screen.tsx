import type { ReactNode } from 'react'
import classes from './screen.module.css'

/** Units of all pictures: one is about a CSS pixel. */
const WIDTH = 430
const MENU = 162
const LINE = 22
const TOP = 24

export interface MenuLine {
  text: string
  /** It belongs to the line above. */
  inside?: boolean
  /** The number of the click. */
  click?: number
}

/**
 * A drawing of another program's page: its menu on the left, the place to look at on the right. `label` says the same in
 * words. It is a drawing on purpose: those programs may look different, their menus are called so.
 */
export function Screen(props: {
  label: string
  program: string
  menu: readonly MenuLine[]
  /** Height of the content, in lines. */
  lines: number
  children: ReactNode
}) {
  const { label, program, menu, lines, children } = props
  const height = TOP + Math.max(menu.length, lines) * LINE + 14
  return (
    <figure className={classes.figure}>
      <svg viewBox={`0 0 ${WIDTH} ${height}`} className={classes.screen} role="img" aria-label={label}>
        <rect x="0.5" y="0.5" width={WIDTH - 1} height={height - 1} rx="6" className={classes.paper} />
        <path d={`M0.5 ${TOP}H${WIDTH - 0.5}M${MENU} ${TOP}V${height - 0.5}`} className={classes.line} />
        {[12, 22, 32].map((x) => (
          <circle key={x} cx={x} cy={TOP / 2} r="3" className={classes.dot} />
        ))}
        <text x="46" y={TOP / 2 + 4} className={classes.title}>
          {program}
        </text>
        {menu.map((line, index) => (
          <MenuItem key={line.text} line={line} y={TOP + 6 + index * LINE} />
        ))}
        <g transform={`translate(${MENU + 12} ${TOP + 6})`}>{children}</g>
      </svg>
    </figure>
  )
}

function MenuItem({ line, y }: { line: MenuLine; y: number }) {
  const { text, inside = false, click } = line
  return (
    <>
      {click !== undefined && (
        <rect x="4" y={y} width={MENU - 8} height={LINE - 2} rx="4" className={classes.hot} />
      )}
      <text x={inside ? 20 : 10} y={y + 14} className={click === undefined ? classes.dim : classes.text}>
        {text}
      </text>
      {click !== undefined && <Click number={click} x={MENU - 14} y={y + 10} />}
    </>
  )
}

/** Where to click, and as which. */
export const Click = ({ number, x, y }: { number: number; x: number; y: number }) => (
  <>
    <circle cx={x} cy={y} r="7.5" className={classes.click} />
    <text x={x} y={y + 3.5} className={classes.number}>
      {number}
    </text>
  </>
)

/** Parts of the content; `row` counts lines from 0. */
export const Heading = ({ row, children }: { row: number; children: string }) => (
  <text x="0" y={row * LINE + 14} className={classes.heading}>
    {children}
  </text>
)

/** A name with a box beside it, which shows `value`. */
export function Box(props: { row: number; name: string; value: string; click?: number; mono?: boolean }) {
  const { row, name, value, click } = props
  const y = row * LINE
  return (
    <>
      <text x="0" y={y + 14} className={classes.text}>
        {name}
      </text>
      <rect x="104" y={y + 1} width="124" height={LINE - 5} rx="3" className={classes.field} />
      <text x="110" y={y + 13} className={classes.value}>
        {value}
      </text>
      {click !== undefined && <Click number={click} x={238} y={y + 9} />}
    </>
  )
}

export function Push({ row, click, children }: { row: number; click: number; children: string }) {
  const width = children.length * 6 + 20
  return (
    <>
      <rect x="0" y={row * LINE + 1} width={width} height={LINE - 4} rx="4" className={classes.click} />
      <text x={width / 2} y={row * LINE + 14} className={classes.push}>
        {children}
      </text>
      <Click number={click} x={width + 12} y={row * LINE + 10} />
    </>
  )
}

/** A ticked box with its name. */
export const Tick = ({ row, x, children }: { row: number; x: number; children: string }) => (
  <>
    <rect x={x} y={row * LINE + 4} width="11" height="11" rx="2" className={classes.click} />
    <path d={`M${x + 2.5} ${row * LINE + 9.5}l2.5 2.5 4-5`} className={classes.tick} />
    <text x={x + 16} y={row * LINE + 13} className={classes.value}>
      {children}
    </text>
  </>
)
