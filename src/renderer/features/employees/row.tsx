import { Group, NativeSelect, Stack, Switch, Text } from '@mantine/core'
import type { ChatraAgent } from '../../../shared/api/employees.ts'
import { isTextKey } from '../../../shared/i18n/texts.ts'
import type { MatchRow } from '../../../shared/matching.ts'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { type Speech, useI18n } from '../../i18n.tsx'
import classes from './employees.module.css'
import { type Speaker, speakerOf, speakersFor } from './selection.ts'

interface RowProps {
  row: MatchRow
  index: number
  agents: readonly ChatraAgent[]
  generalName: string
  fixed: boolean
  locked: boolean
  onAllow(row: MatchRow, allowed: boolean): void
  onSpeaker(row: MatchRow, option: string): void
  measure: ((element: HTMLTableRowElement | null) => void) | undefined
}

/** One employee: name, whether comments reach the client, and under which name. */
export function Row(props: RowProps) {
  const { row, index, agents, generalName, fixed, locked, onAllow, onSpeaker, measure } = props
  const words = useI18n()
  const { t } = words
  const { user } = row
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} className={classes.row}>
      <th scope="row">
        <Group gap="0 6px" align="baseline">
          <Text size="sm" fw={600} className={classes.name}>
            {user.name}
          </Text>
          {user.role !== null && (
            <Text size="xs" c="dimmed">
              {roleName(user.role, words)}
            </Text>
          )}
        </Group>
        <Text size="xs" c="dimmed" truncate title={user.email ?? undefined}>
          {user.email ?? t('employees.no-email')}
        </Text>
      </th>
      <td className={classes.narrow}>
        {fixed ? (
          <StatusBadge tone="good" size="xs">
            {t('employees.yes')}
          </StatusBadge>
        ) : (
          <Switch
            aria-label={t('employees.may-answer', { name: user.name })}
            checked={row.allowed}
            disabled={locked}
            onChange={(event) => onAllow(row, event.currentTarget.checked)}
          />
        )}
      </td>
      <td>
        {!fixed && (
          <NativeSelect
            size="xs"
            mb={2}
            aria-label={t('employees.speaks-as', { name: user.name })}
            value={speakerOf(row.choice)}
            disabled={locked}
            onChange={(event) => onSpeaker(row, event.currentTarget.value)}
            data={optionsOf(speakersFor(row, agents), generalName, words)}
          />
        )}
        <Text size="xs" c="dimmed">
          {whatClientsSee(row, generalName, words)}
        </Text>
      </td>
      <td>{fixed ? <Text c="dimmed">–</Text> : <Matched row={row} />}</td>
    </tr>
  )
}

/** How the agent was found, and conflicts. */
function Matched({ row }: { row: MatchRow }) {
  const { t } = useI18n()
  const match = row.match === 'none' && row.choice.email ? 'unseen' : row.match
  return (
    <Stack gap={2} align="flex-start">
      <StatusBadge tone={row.match === 'none' ? 'off' : 'good'} size="xs">
        {t(`employees.match.${match}`)}
      </StatusBadge>
      {row.conflicts.map((one) => (
        <StatusBadge key={one} tone="attention" size="xs">
          {t(`employees.conflict.${one}`)}
        </StatusBadge>
      ))}
    </Stack>
  )
}

function optionsOf(speakers: readonly Speaker[], generalName: string, { t }: Speech) {
  const label = (one: Speaker): string => {
    if (one.kind === 'email') return t('employees.speaker.email', { email: one.email })
    if (one.kind === 'general') return t('employees.speaker.general', { name: generalName })
    const { agent } = one
    if (agent === null) return t('employees.speaker.unknown', { id: one.id })
    return [agent.name, agent.email].filter(Boolean).join(' · ') || agent.id
  }
  const group = (kind: Speaker['kind']) =>
    speakers.filter((one) => one.kind === kind).map((one) => ({ value: one.option, label: label(one) }))
  const seen = group('agent')
  return [
    ...group('email'),
    ...(seen.length > 0 ? [{ group: t('employees.speaker.agents'), items: seen }] : []),
    ...group('general'),
  ]
}

function whatClientsSee(row: MatchRow, generalName: string, { t }: Speech): string {
  if (!row.allowed) return t('employees.seen.stays')
  const { speaksAs } = row
  if (speaksAs.kind === 'general') return t('employees.seen.general', { name: generalName })
  if (speaksAs.kind === 'new-agent') return t('employees.seen.new-agent', { name: speaksAs.name })
  const name = speaksAs.name ?? speaksAs.email
  return name === null
    ? t('employees.seen.unknown', { name: generalName })
    : t('employees.seen.agent', { name })
}

function roleName(role: string, { say }: Speech): string {
  const key = `employees.role.${role}`
  return isTextKey(key) ? say({ key, params: {} }) : role
}
