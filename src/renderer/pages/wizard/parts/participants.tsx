import { MultiSelect } from '@mantine/core'
import type { Choice } from '../../../../shared/api/setup.ts'
import { useCall } from '../../../client/hooks.tsx'
import { ListTrouble } from '../../../components/form/choice-select.tsx'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'

/** F7: employees and groups that are added to each task. */
export function Participants({ value, onChange }: { value: string[]; onChange(value: string[]): void }) {
  const { t } = useI18n()
  const { draft } = useWizard()
  const users = useCall('setup.choices', { id: draft.id, kind: 'users' })
  const groups = useCall('setup.choices', { id: draft.id, kind: 'groups' })
  const items = (kind: 'user' | 'group', list: Choice[] | undefined) =>
    (list ?? []).map((one) => ({ value: `${kind}:${one.id}`, label: one.name }))
  const known = [...items('user', users.value?.choices), ...items('group', groups.value?.choices)]
  const unknown = value
    .filter((one) => !known.some((other) => other.value === one))
    .map((one) => ({ value: one, label: one }))
  const data = [
    { group: t('wizard.templates.users'), items: items('user', users.value?.choices) },
    { group: t('wizard.templates.groups'), items: items('group', groups.value?.choices) },
    { group: t('wizard.templates.others'), items: unknown },
  ].filter((one) => one.items.length > 0)
  return (
    <div>
      <MultiSelect
        label={t('wizard.templates.participants')}
        description={t('wizard.templates.participants-advice')}
        placeholder={value.length === 0 ? t('wizard.templates.nobody') : undefined}
        data={data}
        value={value}
        onChange={onChange}
        searchable
        clearable
        hidePickedOptions
        nothingFoundMessage={t('wizard.choice.nothing')}
        maw="26rem"
        comboboxProps={{ shadow: 'md' }}
        clearButtonProps={{ 'aria-label': t('wizard.templates.clear') }}
      />
      <ListTrouble list={users.error ? users : groups} />
    </div>
  )
}
