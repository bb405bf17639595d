import { Alert, Button, Group, Text } from '@mantine/core'
import type { EmployeesView } from '../../../shared/api/employees.ts'
import { IconPlugConnectedX } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'

/** Planfix could not be read: the reason, and the age of the shown data. */
export function Staleness(props: {
  view: EmployeesView
  onRefresh: (() => void) | undefined
  refreshing: boolean
}) {
  const { view, onRefresh, refreshing } = props
  const { t, say, moment, duration } = useI18n()
  if (view.problem === null) return null
  const age =
    view.readAt === null
      ? t('employees.stale.never')
      : t('employees.stale.age', {
          time: moment(view.readAt),
          age: duration(Math.max(60_000, Date.now() - view.readAt)),
        })
  return (
    <Alert color="orange" variant="light" icon={<IconPlugConnectedX aria-hidden />} py="xs" role="status">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Text size="sm" fw={600}>
            {age}
          </Text>
          <Text size="sm">{say(view.problem.message)}</Text>
        </div>
        {onRefresh && (
          <Button variant="default" onClick={onRefresh} loading={refreshing} style={{ flexShrink: 0 }}>
            {t('action.retry')}
          </Button>
        )}
      </Group>
    </Alert>
  )
}
