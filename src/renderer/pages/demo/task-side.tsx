import { Anchor, Text } from '@mantine/core'
import type { DemoComment, DemoScene } from '../../../shared/api/demo.ts'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { IconAlertTriangle, IconExternalLink, IconEyeOff } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import { Composer } from './composer.tsx'
import classes from './demo.module.css'
import { markInTask } from './marks.ts'
import { useEnd } from './use-end.ts'
import type { Stage } from './use-stage.ts'

/** The employee's side: the task in Planfix with its comments. */
export function TaskSide(props: { scene: DemoScene; isActive: boolean; write: Stage['write'] }) {
  const { scene, isActive, write } = props
  const { t } = useI18n()
  const { task, comments, planfixDown } = scene
  const end = useEnd(comments.length)
  return (
    <section className={classes.side} data-active={isActive || undefined} aria-label={t('demo.task.label')}>
      <header className={classes.browser}>
        <h2 className={classes.title}>{t('demo.task.label')}</h2>
        {task && (
          <div className={classes.task}>
            <Anchor href={task.url} target="_blank" rel="noreferrer" size="sm">
              {t('demo.task.number', { id: task.id })} <IconExternalLink size={13} aria-hidden />
            </Anchor>
            <Text component="span" size="sm" fw={600}>
              {task.name}
            </Text>
          </div>
        )}
      </header>
      {planfixDown && (
        <p className={classes.down} role="status">
          <IconAlertTriangle size={16} aria-hidden /> {t('demo.task.down')}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by the keyboard too. */}
      <div className={classes.scroller} role="log" aria-label={t('demo.task')} tabIndex={0} {...end}>
        {task === null && <p className={classes.empty}>{t('demo.task.empty')}</p>}
        <ol className={classes.items}>
          {comments.map((comment) => (
            <Comment key={comment.id} comment={comment} scene={scene} />
          ))}
        </ol>
      </div>
      <Composer
        label={t('demo.task.write', { name: scene.employee })}
        notifies
        disabled={task === null || planfixDown}
        send={(given) => write({ as: 'employee', ...given })}
      />
    </section>
  )
}

function Comment({ comment, scene }: { comment: DemoComment; scene: DemoScene }) {
  const { t, clock } = useI18n()
  const { from, name, text, time, notified, hidden, pictures } = comment
  const mark = from === 'employee' ? markInTask(scene, comment.id) : null
  const isInternal = mark?.text === 'demo.mark.internal'
  return (
    <li className={classes.comment} data-from={from} data-internal={isInternal || undefined}>
      <div className={classes.author}>
        <strong>{from === 'bridge' ? t('demo.task.by-bridge') : name}</strong>
        <span>{clock(time)}</span>
      </div>
      {isInternal && (
        <div className={classes.internal}>
          <IconEyeOff size={14} aria-hidden /> {t('demo.mark.internal')}
        </div>
      )}
      <div className={classes.text}>{text}</div>
      {pictures.map((picture) => (
        <figure key={picture.address} className={classes.picture}>
          <img src={picture.address} alt={picture.name} width={160} height={120} />
          <figcaption>{picture.name}</figcaption>
        </figure>
      ))}
      <div className={classes.foot}>
        {from === 'employee' && notified.length > 0 && (
          <span>{t('demo.task.notified', { names: notified.join(', ') })}</span>
        )}
        {hidden && <span>{t('demo.task.hidden')}</span>}
        {mark && !isInternal && (
          <StatusBadge tone={mark.tone} size="xs">
            {t(mark.text)}
          </StatusBadge>
        )}
      </div>
    </li>
  )
}
