import { Button, Group, Pill } from '@mantine/core'
import { useAppState } from '../../../client/hooks.tsx'
import { useI18n } from '../../../i18n.tsx'
import { type Choice, isChosen, NO_CHOICE } from './filter.ts'
import { useSpanText } from './time-filter.tsx'

/** Every filter in use, each with its own cross: nothing narrows the list unseen. */
export function Chips({ choice, onChange }: { choice: Choice; onChange(choice: Choice): void }) {
  const { t } = useI18n()
  const { connections } = useAppState()
  const span = useSpanText(choice.when)
  if (!isChosen(choice)) return null
  const { search, quick, direction, connectionId, client, employee, when } = choice
  const chips: [keyof Choice, string][] = [
    ...(search.trim() === '' ? [] : [chip('search', t('bulk.chip-search', { text: search.trim() }))]),
    ...(quick === 'all' ? [] : [chip('quick', t(`log.quick.${quick}`))]),
    ...(direction === null ? [] : [chip('direction', t(`log.direction.${direction}`))]),
    ...(connectionId === null
      ? []
      : [chip('connectionId', connections.find(({ id }) => id === connectionId)?.name ?? connectionId)]),
    ...(client === null ? [] : [chip('client', client.name)]),
    ...(employee === null ? [] : [chip('employee', employee.name)]),
    ...(when === null ? [] : [chip('when', span)]),
  ]
  return (
    <Group gap={6} role="group" aria-label={t('bulk.chips')}>
      {chips.map(([field, name]) => (
        <Pill
          key={field}
          withRemoveButton
          onRemove={() => onChange({ ...choice, [field]: NO_CHOICE[field] })}
          removeButtonProps={{
            'aria-label': t('bulk.chip-remove', { name }),
            tabIndex: 0,
            'aria-hidden': false,
          }}
        >
          {name}
        </Pill>
      ))}
      <Button variant="subtle" size="compact-sm" onClick={() => onChange(NO_CHOICE)}>
        {t('log.filter.reset')}
      </Button>
    </Group>
  )
}

const chip = (field: keyof Choice, name: string): [keyof Choice, string] => [field, name]
