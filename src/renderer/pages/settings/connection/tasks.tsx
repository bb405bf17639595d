import { MultiSelect, Select } from '@mantine/core'
import { CLIENT_EMAIL } from '../../../../shared/config.ts'
import { ListTrouble } from '../../../components/form/choice-select.tsx'
import { HistoryChoice } from '../../../components/form/history-choice.tsx'
import { useI18n } from '../../../i18n.tsx'
import { fieldOf, OptionSwitch, useForm } from '../form.tsx'
import { Section } from '../section.tsx'
import { ChoiceField, useChoices } from './choice-field.tsx'

const HISTORY_PATH = 'options.historyInNewTask'

/** What is created in Planfix for a conversation and a client, and who is added (F4, F5, F7, F8). */
export function Tasks({ hasToken }: { hasToken: boolean }) {
  const { t } = useI18n()
  const form = useForm()
  return (
    <Section title={t('settings.tasks')} anchor="tasks">
      <ChoiceField
        path="planfix.taskTemplateId"
        label={t('settings.tasks.template')}
        description={t('settings.tasks.template.text')}
        none={t('settings.tasks.no-template')}
        list={useChoices('task-templates', hasToken)}
      />
      <ChoiceField
        path="planfix.contactTemplateId"
        label={t('settings.tasks.contact')}
        description={t('settings.tasks.contact.text')}
        none={t('settings.tasks.no-template')}
        list={useChoices('contact-templates', hasToken)}
      />
      <ClientEmail hasToken={hasToken} />
      <Participants hasToken={hasToken} />
      <OptionSwitch
        path="options.newTaskWhenNoneActive"
        label={t('settings.tasks.new')}
        description={t('settings.tasks.new.text')}
      />
      {form.typed.options.newTaskWhenNoneActive && (
        <HistoryChoice
          {...fieldOf(form, HISTORY_PATH)}
          chosen={form.typed.options.historyInNewTask}
          onChoose={(value) => form.set(HISTORY_PATH, value)}
        />
      )}
    </Section>
  )
}

const EMAIL_PATH = 'options.clientEmail'

/** Where a client's e-mail is stored, with the consequences. */
function ClientEmail({ hasToken }: { hasToken: boolean }) {
  const { t } = useI18n()
  const form = useForm()
  const { clientEmail } = form.typed.options
  const fields = useChoices('contact-fields', hasToken && clientEmail === 'field')
  const follows = t(`form.client-email.${clientEmail}.text`)
  return (
    <>
      <Select
        {...fieldOf(form, EMAIL_PATH)}
        label={t('form.client-email')}
        description={clientEmail === 'card' ? follows : `${follows} ${t('form.client-email.old')}`}
        data={CLIENT_EMAIL.map((value) => ({ value, label: t(`form.client-email.${value}`) }))}
        value={clientEmail}
        onChange={(value) => value !== null && form.set(EMAIL_PATH, value)}
        allowDeselect={false}
        comboboxProps={{ shadow: 'md' }}
      />
      {clientEmail === 'field' && (
        <ChoiceField
          path="planfix.clientEmailField"
          label={t('form.client-email.which')}
          none={t('form.client-email.none')}
          list={fields}
        />
      )}
    </>
  )
}

function Participants({ hasToken }: { hasToken: boolean }) {
  const { t } = useI18n()
  const form = useForm()
  const [users, groups] = [useChoices('users', hasToken), useChoices('groups', hasToken)]
  const path = 'planfix.participants'
  const chosen = form.typed.planfix.participants
  const items = [
    ...(users.value?.choices ?? []).map(({ id, name }) => ({ value: `user:${id}`, label: name })),
    ...(groups.value?.choices ?? []).map(({ id, name }) => ({ value: `group:${id}`, label: name })),
  ]
  const others = chosen.filter((one) => !items.some(({ value }) => value === one))
  const group = (label: string, of: typeof items) => (of.length > 0 ? [{ group: label, items: of }] : [])
  return (
    <div>
      <MultiSelect
        {...fieldOf(form, path)}
        label={t('settings.tasks.participants')}
        description={t('settings.tasks.participants.text')}
        placeholder={chosen.length === 0 ? t('settings.tasks.nobody') : undefined}
        data={[
          ...group(
            t('settings.tasks.employees'),
            items.filter(({ value }) => value.startsWith('user:')),
          ),
          ...group(
            t('settings.tasks.groups'),
            items.filter(({ value }) => value.startsWith('group:')),
          ),
          ...group(
            t('settings.tasks.others'),
            others.map((one) => ({ value: one, label: one })),
          ),
        ]}
        value={chosen}
        onChange={(participants) => form.set(path, participants)}
        searchable
        hidePickedOptions
        nothingFoundMessage={t('settings.choice.nothing')}
        comboboxProps={{ shadow: 'md' }}
      />
      <ListTrouble list={users.error ? users : groups} />
    </div>
  )
}
