import { List, Text, Title } from '@mantine/core'
import type { Overview } from '../../../shared/api/overview.ts'
import { type Speech, useI18n } from '../../i18n.tsx'

const SHOWN = 10

/** When the bridge was not running, so that no message could come in. */
export function Gaps({ overview }: { overview: Overview | undefined }) {
  const speech = useI18n()
  const { t, date } = speech
  if (overview === undefined) return null
  const { gaps, since } = overview
  return (
    <section aria-labelledby="gaps">
      <Title order={2} id="gaps" mb={4}>
        {t('overview.gaps')}
      </Title>
      {gaps.length === 0 ? (
        <Text c="dimmed">{t('verdict.no-gaps', { since: date(since) })}</Text>
      ) : (
        <>
          <Text c="dimmed" size="sm" mb={4}>
            {t('overview.gaps-text')}
          </Text>
          <List size="sm">
            {gaps.slice(0, SHOWN).map((gap) => (
              <List.Item key={gap.from}>{t('overview.gap', spanOf(gap, speech))}</List.Item>
            ))}
          </List>
        </>
      )}
    </section>
  )
}

/** `22 Nov, 02:10` to `08:55`, or to another day. */
function spanOf({ from, to }: { from: number; to: number }, { moment, clock, duration }: Speech) {
  const isOneDay = new Date(from).toDateString() === new Date(to).toDateString()
  return { from: moment(from), to: isOneDay ? clock(to) : moment(to), duration: duration(to - from) }
}
