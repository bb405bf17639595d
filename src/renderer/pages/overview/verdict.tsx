import { Text } from '@mantine/core'
import type { AppState } from '../../../shared/api/state.ts'
import { IconAlertTriangle, IconCircleCheck, IconClock, IconX } from '../../components/icons.ts'
import { ActionButton } from '../../features/connection/action-button.tsx'
import { type Speech, useI18n } from '../../i18n.tsx'
import type { AttentionItem } from './attention-items.ts'
import classes from './verdict.module.css'

const ICONS = { good: IconCircleCheck, wait: IconClock, attention: IconAlertTriangle, bad: IconX } as const

/** The first thing on the page: everything works, or what does not, since when, and the button that mends it. */
export function Verdict({ state, worst }: { state: AppState; worst: AttentionItem | null }) {
  const { t } = useI18n()
  const tone = worst?.tone ?? 'good'
  const Icon = ICONS[tone]
  return (
    <section className={classes.verdict} data-tone={tone} aria-label={t('verdict.label')}>
      <Icon size={26} stroke={1.8} className={classes.icon} aria-hidden />
      <div className={classes.words} role="status">
        {worst === null ? <Good state={state} /> : <ItemWords item={worst} isMain />}
      </div>
      {worst?.action && <ActionButton action={worst.action} variant="filled" />}
    </section>
  )
}

function Good({ state }: { state: AppState }) {
  const { t, moment } = useI18n()
  const heard = state.connections.map(({ heard: { chatra } }) => chatra).filter((at) => at !== null)
  return (
    <>
      <Text className={classes.sentence}>
        {t(state.publicAddress.standby ? 'verdict.standby' : 'verdict.good')}
      </Text>
      {heard.length > 0 && (
        <Text size="sm" c="dimmed">
          {t('verdict.last-chat', { time: moment(Math.max(...heard)) })}
        </Text>
      )}
    </>
  )
}

/** A further item below the verdict. */
export function ItemLine({ item }: { item: AttentionItem }) {
  const Icon = ICONS[item.tone]
  return (
    <div className={classes.line} data-tone={item.tone}>
      <Icon size={18} stroke={1.8} className={classes.icon} aria-hidden />
      <div className={classes.words}>
        <ItemWords item={item} />
      </div>
      {item.action && <ActionButton action={item.action} />}
    </div>
  )
}

function ItemWords({ item, isMain = false }: { item: AttentionItem; isMain?: boolean }) {
  const speech = useI18n()
  const { t, say, clock } = speech
  const { text, until, connection, since, next } = item
  const words = until === undefined ? text : { ...text, params: { ...text.params, time: clock(until) } }
  const times = [
    ...(since === null ? [] : [t('verdict.since', { time: shortMoment(since, speech) })]),
    ...(next === null ? [] : [t('verdict.next', { time: shortMoment(next, speech) })]),
  ]
  return (
    <>
      <Text className={isMain ? classes.sentence : undefined}>
        {connection !== null && <strong>{connection}: </strong>}
        {say(words)}
      </Text>
      {times.length > 0 && (
        <Text size="sm" c="dimmed">
          {times.join(' · ')}
        </Text>
      )}
    </>
  )
}

/** `14:05` for a time of today. */
const shortMoment = (time: number, { clock, moment }: Pick<Speech, 'clock' | 'moment'>): string =>
  new Date(time).toDateString() === new Date().toDateString() ? clock(time) : moment(time)
