import '@mantine/charts/styles.css'
import { BarChart } from '@mantine/charts'
import { Paper, SimpleGrid, Skeleton, Table, Title, VisuallyHidden } from '@mantine/core'
import type { Bar, Overview } from '../../../shared/api/overview.ts'
import { useI18n } from '../../i18n.tsx'

const HEIGHT = 210

/** Messages by hour and by day, both directions stacked. */
export function Charts({ overview }: { overview: Overview | undefined }) {
  const { t, language, clock } = useI18n()
  const day = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    day: 'numeric',
    month: 'short',
  })
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
      <Chart title={t('overview.hours')} bars={overview?.hours} label={clock} />
      <Chart title={t('overview.days')} bars={overview?.days} label={(time) => day.format(time)} />
    </SimpleGrid>
  )
}

function Chart({
  title,
  bars,
  label,
}: {
  title: string
  bars: Bar[] | undefined
  label(time: number): string
}) {
  const { t, number } = useI18n()
  const [clients, employees] = [t('overview.from-clients'), t('overview.from-employees')]
  const data = bars?.map((bar) => ({
    time: label(bar.from),
    [clients]: bar.toPlanfix,
    [employees]: bar.toChatra,
  }))
  return (
    <Paper p="sm" component="figure" m={0}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      {data === undefined ? (
        <Skeleton height={HEIGHT} />
      ) : (
        <div aria-hidden>
          <BarChart
            h={HEIGHT}
            data={data}
            dataKey="time"
            type="stacked"
            withLegend
            gridAxis="x"
            tickLine="none"
            series={[
              { name: clients, color: 'var(--bridge-bar-clients)' },
              { name: employees, color: 'var(--bridge-bar-employees)' },
            ]}
            valueFormatter={number}
            barProps={{ isAnimationActive: false }}
            // Hidden from assistive technology (a table is beside it), so it must not take the focus either.
            barChartProps={{ accessibilityLayer: false }}
            yAxisProps={{ allowDecimals: false, width: 36 }}
            legendProps={{ verticalAlign: 'top', height: 36 }}
            tooltipAnimationDuration={0}
          />
        </div>
      )}
      {bars && (
        <VisuallyHidden>
          <Table>
            <caption>{title}</caption>
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
