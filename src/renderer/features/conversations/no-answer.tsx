import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { ConversationRow } from '../../../shared/api/conversations.ts'
import { useMay } from '../../client/access.tsx'
import { useClient } from '../../client/hooks.tsx'
import { UndoMessage } from '../../components/feedback/undo.tsx'
import { useI18n } from '../../i18n.tsx'

/** What can be done about a client who waits: answer in Planfix, or decide that no answer is needed. */
export function WaitingActions({ row, onDone }: { row: ConversationRow; onDone(): void }) {
  const { t, say } = useI18n()
  const bridge = useClient()
  const may = useMay()
  const mark = async (noAnswer: boolean) => {
    const answer = await bridge.call('conversation.mark', { id: row.id, noAnswer })
    onDone()
    if (!answer.ok) notifications.show({ message: say(answer.error.message), color: 'red' })
    return answer.ok
  }
  const settle = async () => {
    if (!(await mark(true))) return
    const id = `no-answer-${row.id}`
    const message = (
      <UndoMessage id={id} undo={() => mark(false)}>
        {t('waiting.marked', { name: row.clientName })}
      </UndoMessage>
    )
    notifications.show({ id, message, color: 'teal', autoClose: 10_000 })
  }
  if (!may('conversation.mark')) return null
  return (
    <Group gap={6} wrap="nowrap">
      <Button variant="subtle" size="compact-sm" onClick={() => void settle()}>
        {t('waiting.no-answer')}
      </Button>
    </Group>
  )
}
