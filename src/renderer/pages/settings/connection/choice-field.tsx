import { Select } from '@mantine/core'
import type { Choice, ChoiceKind } from '../../../../shared/api/setup.ts'
import { useMay } from '../../../client/access.tsx'
import { useCall } from '../../../client/hooks.tsx'
import { type Choices, ListTrouble } from '../../../components/form/choice-select.tsx'
import { useI18n } from '../../../i18n.tsx'
import { fieldOf, useForm } from '../form.tsx'
import { valueAt } from '../paths.ts'

const NONE = 'none'

/**
 * An entry of a Planfix list at `path`; `none` is the text for null. The choice stays while the list is
 * unavailable.
 */
export function ChoiceField(props: {
  path: string
  label: string
  description?: string
  none: string
  list: Choices
  /** For a change of another field than the form's own. */
  onChoose?: (id: number | null) => void
}) {
  const { path, label, description, none, list } = props
  const { t } = useI18n()
  const form = useForm()
  const value = (valueAt(form.typed, path) as number | null | undefined) ?? null
  const choices = list.value?.choices ?? []
  const choose = props.onChoose ?? ((id: number | null) => form.set(path, id))
  return (
    <div>
      <Select
        {...fieldOf(form, path)}
        label={label}
        description={description}
        data={[{ value: NONE, label: none }, ...choices.map(asItem), ...missing(value, choices, list, t)]}
        value={value === null ? NONE : String(value)}
        onChange={(chosen) => choose(chosen === null || chosen === NONE ? null : Number(chosen))}
        searchable
        allowDeselect={false}
        nothingFoundMessage={t('settings.choice.nothing')}
        comboboxProps={{ shadow: 'md' }}
      />
      <ListTrouble list={list} />
    </div>
  )
}

const asItem = ({ id, name }: Choice) => ({ value: String(id), label: name })

function missing(
  value: number | null,
  choices: readonly Choice[],
  list: Choices,
  t: ReturnType<typeof useI18n>['t'],
) {
  if (value === null || choices.some(({ id }) => id === value)) return []
  const key = list.value === undefined ? 'settings.choice.number' : 'settings.choice.missing'
  return [{ value: String(value), label: t(key, { id: value }) }]
}

/**
 * A current list of Planfix for the connection of this form; no request is sent while its token is missing.
 */
export function useChoices(kind: ChoiceKind, hasToken: boolean): Choices {
  const form = useForm()
  const may = useMay()
  const { taskTemplateId } = form.typed.planfix
  return useCall(
    'setup.choices',
    { id: form.id, kind, ...(kind === 'statuses' && { taskTemplateId }) },
    // A list is read from Planfix; those who may not change a choice see its number.
    { skip: !hasToken || !may('setup.choices') },
  )
}
