import { Text } from '@mantine/core'
import type { DemoScene } from '../../../shared/api/demo.ts'
import type { MessageRow } from '../../../shared/api/log.ts'
import { isTextKey } from '../../../shared/i18n/texts.ts'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { IconArrowLeft, IconArrowRight, IconPaperclip } from '../../components/icons.ts'
import { isWaiting, reasonOf, toneOf } from '../../features/messages/reason.ts'
import { filesOf, fullTime, lineOf, speakerOf } from '../../features/messages/row-text.ts'
import { useI18n } from '../../i18n.tsx'
import classes from './demo.module.css'

/** The log of the conversation, as on the page of all messages: the newest line first. */
export function LogSide({ scene, isActive }: { scene: DemoScene; isActive: boolean }) {
  const { t } = useI18n()
  return (
    <section className={classes.log} data-active={isActive || undefined} aria-label={t('demo.log.label')}>
      <header className={classes.summary}>
        <h2 className={classes.title}>{t('demo.log.label')}</h2>
        <Text size="sm" c="dimmed">
          <strong>{t('demo.tally.label')}:</strong> {t('demo.tally', { ...scene.tally })}
        </Text>
      </header>
      {scene.log.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('demo.log.empty')}
        </Text>
      )}
      <ol className={classes.rows}>
        {scene.log.map((row) => (
          <Row key={row.id} row={row} scene={scene} />
        ))}
      </ol>
    </section>
  )
}

function Row({ row, scene }: { row: MessageRow; scene: DemoScene }) {
  const speech = useI18n()
  const { t, clock, language } = speech
  const { text, note } = lineOf(row, speech)
  const reason = reasonOf(row, speech)
  const files = filesOf(row)
  const Arrow = row.direction === 'to-planfix' ? IconArrowRight : IconArrowLeft
  return (
    <li className={classes.row} data-state={row.state}>
      <span className={classes.time} title={fullTime(row.receivedAt, language)}>
        {clock(row.receivedAt)}
      </span>
      <Arrow
        size={16}
        stroke={1.8}
        className={classes.icon}
        role="img"
        aria-label={t(`log.direction.${row.direction}`)}
      />
      <span className={classes.words}>
        <span className={classes.speaker}>{speakerOf(row, speech) ?? row.clientName}: </span>
        {note !== null && <em>{note} </em>}
        {files !== null && (
          <>
            <IconPaperclip size={14} stroke={1.8} aria-hidden /> {files}{' '}
          </>
        )}
        {text}
      </span>
      <span className={classes.state}>
        <StatusBadge tone={toneOf(row)} size="xs">
          {t(`state.${row.state}`)}
        </StatusBadge>
        <span className={classes.why}>{whyItWaits(row, scene, speech) ?? reason?.short}</span>
      </span>
      {row.state === 'skipped' && reason !== null && <span className={classes.reason}>{reason.long}</span>}
    </li>
  )
}

/** Why a message waits for its turn: its side does not work. */
function whyItWaits(
  row: MessageRow,
  { sides }: DemoScene,
  { t }: Pick<ReturnType<typeof useI18n>, 't'>,
): string | null {
  const side = row.direction === 'to-planfix' ? 'planfix' : 'chatra'
  const now = sides[side]
  if (!isWaiting(row) || now.state === 'ok') return null
  const why = `log.why-error.${now.code}`
  return isTextKey(why) ? t('verdict.waits-for', { side: t(`side.${side}`), why: t(why) }) : null
}
