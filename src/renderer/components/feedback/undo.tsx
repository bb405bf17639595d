import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useI18n } from '../../i18n.tsx'

/** The text of a notification about something that was done, with a button that takes it back. */
export function UndoMessage({ id, undo, children }: { id: string; undo(): unknown; children: string }) {
  const { t } = useI18n()
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text size="sm">{children}</Text>
      <Button
        variant="default"
        size="compact-sm"
        flex="none"
        onClick={() => {
          notifications.hide(id)
          undo()
        }}
      >
        {t('waiting.undo')}
      </Button>
    </Group>
  )
}
