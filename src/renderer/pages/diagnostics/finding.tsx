import { Anchor, Text, VisuallyHidden } from '@mantine/core'
import { Link } from 'wouter'
import type { CheckReport } from '../../../shared/api/diagnostics.ts'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { IconArrowRight } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import classes from './diagnostics.module.css'
import { placeOf } from './groups.ts'
import { TONES } from './tones.ts'

/** One check: its number, question, result and instructions. */
export function Finding({ report }: { report: CheckReport }) {
  const { t, say } = useI18n()
  const { id, title, result, detail, todo } = report
  const place = todo === null ? null : placeOf(report)
  return (
    <li className={classes.finding}>
      <span className={classes.number}>{id}</span>
      <span className={classes.result}>
        <StatusBadge tone={TONES[result]}>{t(`diagnostics.result.${result}`)}</StatusBadge>
      </span>
      <div className={classes.words}>
        <Text size="sm" fw={todo === null ? 400 : 600}>
          {say(title)}
        </Text>
        <Text size="sm" c="dimmed">
          {say(detail)}
        </Text>
        {todo !== null && (
          <Text size="sm" className={classes.todo}>
            <IconArrowRight size={14} className={classes.arrow} aria-hidden />
            <span>
              <VisuallyHidden component="span">{t('diagnostics.todo')}: </VisuallyHidden>
              {say(todo)}{' '}
              {place !== null && (
                <Anchor component={Link} href={place.href} size="sm" underline="always">
                  {t(`diagnostics.open.${place.page}`)}
                </Anchor>
              )}
            </span>
          </Text>
        )}
      </div>
    </li>
  )
}
