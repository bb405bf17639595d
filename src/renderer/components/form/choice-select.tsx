import { Button, Group, Loader, Select, Text } from '@mantine/core'
import type { Choice } from '../../../shared/api/setup.ts'
import type { Called } from '../../client/hooks.tsx'
import { useI18n } from '../../i18n.tsx'
import { IconRefresh } from '../icons.ts'
import type { StepControl } from '../use-step.ts'

export type Choices = Called<{ choices: Choice[] }>

const DEFAULT = 'default'

/**
 * An entry of a Planfix list, or Planfix's own default (null). When the list cannot be read, the choice
 * stays.
 */
export function ChoiceSelect(props: {
  label: string
  description?: string
  /** Of the step's form, where the choice can be invalid. */
  field?: ReturnType<StepControl['field']>
  /** The text for null. */
  byDefault: string
  list: Choices
  value: number | null
  onChange(value: number | null): void
}) {
  const { t } = useI18n()
  const { list, value } = props
  const choices = list.value?.choices ?? []
  const isKnown = value === null || choices.some((one) => one.id === value)
  const data = [
    { value: DEFAULT, label: props.byDefault },
    ...choices.map((one) => ({ value: String(one.id), label: one.name })),
    ...(isKnown ? [] : [{ value: String(value), label: t('wizard.choice.number', { id: value }) }]),
  ]
  return (
    <div>
      <Select
        {...props.field}
        label={props.label}
        description={props.description}
        data={data}
        value={value === null ? DEFAULT : String(value)}
        onChange={(chosen) => props.onChange(chosen === null || chosen === DEFAULT ? null : Number(chosen))}
        searchable
        allowDeselect={false}
        nothingFoundMessage={t('wizard.choice.nothing')}
        {...(list.loading && {
          disabled: true,
          rightSection: <Loader size={14} aria-label={t('wizard.choice.reading')} role="status" />,
        })}
        maw="26rem"
        comboboxProps={{ shadow: 'md' }}
      />
      {list.error && <ListTrouble list={list} />}
    </div>
  )
}

/** A list that could not be read: the reason, and a retry. The previous choice stays. */
export function ListTrouble({ list }: { list: Choices }) {
  const { t, say } = useI18n()
  if (!list.error) return null
  return (
    <Group gap="xs" mt={4} role="alert" wrap="nowrap">
      <Text size="sm" c="red">
        {say(list.error.message)}
      </Text>
      <Button
        variant="default"
        flex="none"
        leftSection={<IconRefresh size={14} aria-hidden />}
        loading={list.refreshing}
        onClick={list.reload}
      >
        {t('action.retry')}
      </Button>
    </Group>
  )
}
