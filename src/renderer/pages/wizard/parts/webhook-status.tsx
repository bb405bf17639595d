import { Text } from '@mantine/core'
import { useState } from 'react'
import type { TextKey } from '../../../../shared/i18n/index.ts'
import { useAppState } from '../../../client/hooks.tsx'
import { StatusBadge } from '../../../components/status-badge.tsx'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'

/**
 * Turns green when a webhook has come in. For a connection that is set up again, webhooks from before this
 * step was opened prove nothing about addresses changed since: they are shown, and the step keeps waiting.
 */
export function WebhookStatus(props: { at: number | null; wait: string; heard: TextKey; earlier: TextKey }) {
  const { t, moment } = useI18n()
  const { draft } = useWizard()
  const { time } = useAppState()
  const [openedAt] = useState(time)
  const isNew = props.at !== null && (!draft.redo || props.at > openedAt)
  return (
    <div role="status">
      <StatusBadge tone={isNew ? 'good' : 'wait'}>
        {isNew && props.at !== null ? t(props.heard, { time: moment(props.at) }) : props.wait}
      </StatusBadge>
      {!isNew && props.at !== null && (
        <Text size="sm" c="dimmed">
          {t(props.earlier, { time: moment(props.at) })}
        </Text>
      )}
    </div>
  )
}
