import { Alert, Button, Group, List, Text } from '@mantine/core'
import type { MatchConflict, MatchRow } from '../../../shared/matching.ts'
import { IconAlertTriangle } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'

const KINDS: readonly MatchConflict[] = ['same-email', 'same-agent', 'agent-gone', 'left-planfix']
const NAMED = 4

/** All entries of the list that need attention, in one place: the problem, and the employees. */
export function Conflicts({ rows, onShow }: { rows: readonly MatchRow[]; onShow(): void }) {
  const { t } = useI18n()
  const concerned = rows.filter((row) => row.conflicts.length > 0)
  if (concerned.length === 0) return null
  return (
    <Alert color="orange" variant="light" icon={<IconAlertTriangle aria-hidden />} py="xs">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Text size="sm" fw={600}>
            {t('employees.conflicts', { count: concerned.length })}
          </Text>
          <List size="sm" spacing={2}>
            {KINDS.map((kind) => ({ kind, of: concerned.filter((row) => row.conflicts.includes(kind)) }))
              .filter(({ of }) => of.length > 0)
              .map(({ kind, of }) => (
                <List.Item key={kind}>
                  {t(`employees.conflicts.${kind}`, { names: namesOf(of), count: of.length })}
                </List.Item>
              ))}
          </List>
        </div>
        <Button variant="default" onClick={onShow} style={{ flexShrink: 0 }}>
          {t('employees.conflicts.show')}
        </Button>
      </Group>
    </Alert>
  )
}

const namesOf = (rows: readonly MatchRow[]): string =>
  rows
    .slice(0, NAMED)
    .map(({ user }) => user.name)
    .join(', ') + (rows.length > NAMED ? ', …' : '')
