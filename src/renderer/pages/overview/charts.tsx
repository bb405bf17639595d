import { Paper, SimpleGrid, Skeleton, Table, Text, Title, VisuallyHidden } from '@mantine/core'
import type { Bar, Overview } from '../../../shared/api/overview.ts'
import { useI18n } from '../../i18n.tsx'
import { BarChart } from './bar-chart.tsx'
import classes from './overview.module.css'

const HEIGHT = 210
const HOUR = 3_600_000

/** Messages by hour and by day, both directions stacked. */
export function Charts({ overview }: { overview: Overview | undefined }) {
  const { t, language, clock } = useI18n()
  const day = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    day: 'numeric',
    month: 'short',
  })
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
      <Chart title={t('overview.hours')} bars={overview?.hours} label={clock} lastMs={HOUR} />
      <Chart
        title={t('overview.days')}
        bars={overview?.days}
        label={(time) => day.format(time)}
        lastMs={24 * HOUR}
      />
    </SimpleGrid>
  )
}

function Chart({
  title,
  bars,
  label,
  lastMs,
}: {
  title: string
  bars: Bar[] | undefined
  label(time: number): string
  /** Length of the last bar, milliseconds; the others end where the next one begins. */
  lastMs: number
}) {
  const { t, number } = useI18n()
  const total = (bars ?? []).reduce((sum, bar) => sum + bar.toPlanfix + bar.toChatra, 0)
  const hrefOf = (index: number) => {
    const from = bars?.[index]?.from ?? 0
    return `/log?from=${from}&to=${bars?.[index + 1]?.from ?? from + lastMs}`
  }
  const [clients, employees] = [t('overview.from-clients'), t('overview.from-employees')]
  const columns = bars?.map((bar) => ({ label: label(bar.from), values: [bar.toPlanfix, bar.toChatra] }))
  return (
    <Paper p="sm" component="figure" m={0}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      {columns === undefined ? (
        <Skeleton height={HEIGHT} />
      ) : total === 0 ? (
        <div className={classes.empty}>
          <Text fw={600}>{t('verdict.chart-empty')}</Text>
          <Text size="sm" c="dimmed" maw="24rem">
            {t('verdict.chart-empty.text')}
          </Text>
        </div>
      ) : (
        <div aria-hidden>
          <BarChart
            height={HEIGHT}
            columns={columns}
            series={[
              { name: clients, color: 'var(--bridge-bar-clients)' },
              { name: employees, color: 'var(--bridge-bar-employees)' },
            ]}
            number={number}
            hrefOf={hrefOf}
          />
        </div>
      )}
      {bars && total > 0 && (
        <VisuallyHidden>
          <Table>
            <caption>{t('verdict.chart-total', { title, count: total, shown: number(total) })}</caption>
            <thead>
              <tr>
                <th scope="col">{t('overview.time')}</th>
                <th scope="col">{clients}</th>
                <th scope="col">{employees}</th>
              </tr>
            </thead>
            <tbody>
              {bars.map((bar) => (
                <tr key={bar.from}>
                  <th scope="row">{label(bar.from)}</th>
                  <td>{number(bar.toPlanfix)}</td>
                  <td>{number(bar.toChatra)}</td>
                </tr>
              ))}
            </tbody>
          </Table>
        </VisuallyHidden>
      )}
    </Paper>
  )
}
