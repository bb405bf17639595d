import { Button, Group, Text } from '@mantine/core'
import { useI18n } from '../../i18n.tsx'
import { StatusBadge } from '../feedback/status-badge.tsx'
import { IconAlertTriangle } from '../icons.ts'
import classes from './save-bar.module.css'

/**
 * At the bottom of a form with unsaved changes; also confirms a save. Its place is reserved, so nothing
 * moves.
 */
export function SaveBar(props: {
  dirty: boolean
  saving: boolean
  /** The last changes were saved, and there are no newer ones. */
  saved: boolean
  onSave(): void
  onDiscard(): void
  /** Why the form cannot be saved, or why saving failed. */
  problem?: string | null
}) {
  const { dirty, saving, saved, onSave, onDiscard, problem = null } = props
  const { t } = useI18n()
  return (
    <div className={classes.place} aria-live="polite">
      {dirty && (
        <Group className={classes.bar} justify="space-between" wrap="nowrap">
          {problem === null ? (
            <Text size="sm">{t('form.unsaved')}</Text>
          ) : (
            <Group gap={6} wrap="nowrap" c="var(--mantine-color-error)">
              <IconAlertTriangle size={16} aria-hidden style={{ flexShrink: 0 }} />
              <Text size="sm">{problem}</Text>
            </Group>
          )}
          <Group gap="xs" wrap="nowrap">
            <Button variant="default" onClick={onDiscard} disabled={saving}>
              {t('form.discard')}
            </Button>
            <Button onClick={onSave} loading={saving}>
              {t('action.save')}
            </Button>
          </Group>
        </Group>
      )}
      {saved && !dirty && (
        <Group className={classes.bar}>
          <StatusBadge tone="good">{t('form.saved')}</StatusBadge>
        </Group>
      )}
    </div>
  )
}
