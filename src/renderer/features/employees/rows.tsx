import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useRef } from 'react'
import type { ChatraAgent } from '../../../shared/api/employees.ts'
import type { MatchRow } from '../../../shared/matching.ts'
import { useI18n } from '../../i18n.tsx'
import classes from './employees.module.css'
import { Row } from './row.tsx'

/** Up to this number all rows are in the page, so that the browser's own search finds them. */
const VIRTUAL_FROM = 60
const USUAL_HEIGHT = 62

/** The table itself. A long list (an account may have 500 employees) renders only the visible rows. */
export function Rows(props: {
  rows: readonly MatchRow[]
  agents: readonly ChatraAgent[]
  generalName: string
  fixed: boolean
  locked: boolean
  onAllow(row: MatchRow, allowed: boolean): void
  onSpeaker(row: MatchRow, option: string): void
  empty: ReactNode
}) {
  const { rows, empty, ...rest } = props
  const { t } = useI18n()
  const scroller = useRef<HTMLDivElement>(null)
  const isLong = rows.length > VIRTUAL_FROM
  const virtual = useVirtualizer({
    count: rows.length,
    enabled: isLong,
    getScrollElement: () => scroller.current,
    estimateSize: () => USUAL_HEIGHT,
    getItemKey: (index) => rows[index]?.user.id ?? index,
    overscan: 8,
  })
  const items = virtual.getVirtualItems()
  const before = isLong ? (items[0]?.start ?? 0) : 0
  const after = isLong ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0
  const shown = isLong
    ? items.map(({ index }) => ({ index, row: rows[index]! }))
    : rows.map((row, index) => ({ index, row }))
  return (
    <div className={classes.scroller} ref={scroller}>
      <table className={classes.grid} aria-label={t('employees.table')} aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">{t('employees.column.employee')}</th>
            <th scope="col" className={classes.narrow}>
              {t('employees.column.allowed')}
            </th>
            <th scope="col" className={classes.speaks}>
              {t('employees.column.speaks')}
            </th>
            <th scope="col" className={classes.match}>
              {t('employees.column.match')}
            </th>
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Space height={before} />}
          {shown.map(({ index, row }) => (
            <Row
              key={row.user.id}
              row={row}
              index={index}
              measure={isLong ? virtual.measureElement : undefined}
              {...rest}
            />
          ))}
          {after > 0 && <Space height={after} />}
        </tbody>
      </table>
      {rows.length === 0 && empty}
    </div>
  )
}

const Space = ({ height }: { height: number }) => (
  <tr aria-hidden className={classes.space}>
    <td colSpan={4} style={{ height }} />
  </tr>
)
