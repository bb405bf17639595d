import { MultiSelect, Radio, Stack, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { ConnectionSettings } from '../../../../shared/api/settings.ts'
import type { Choice } from '../../../../shared/api/setup.ts'
import { CLIENT_EMAIL } from '../../../../shared/config.ts'
import { checkEmail, checkName, type Problem } from '../../../../shared/fields.ts'
import { useCall } from '../../../client/hooks.tsx'
import { ChoiceSelect, ListTrouble } from '../../../components/choice-select.tsx'
import { useStep } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { Part, StepForm } from '../step-form.tsx'

/** F4, F5, F7 and F6. */
export function TemplatesStep() {
  const { t } = useI18n()
  const { draft, settings, edit, isNew, settle } = useWizard()
  const { taskTemplateId, contactTemplateId } = settings.planfix
  const tasks = useCall('setup.choices', { id: draft.id, kind: 'task-templates' })
  const contacts = useCall('setup.choices', { id: draft.id, kind: 'contact-templates' })
  const change = (planfix: Partial<typeof settings.planfix>) =>
    edit((before) => ({ ...before, planfix: { ...before.planfix, ...planfix } }))

  // Planfix usually creates no card without a template (contracts/planfix.md §8): the first is proposed,
  // once.
  const [proposed, setProposed] = useState(!isNew || draft.redo || contactTemplateId !== null)
  const first = contacts.value?.choices[0]
  useEffect(() => {
    if (proposed || first === undefined) return
    setProposed(true)
    edit((before) => ({ ...before, planfix: { ...before.planfix, contactTemplateId: first.id } }))
  }, [proposed, first, edit])

  const speaker = useSpeaker()
  const control = useStep(
    { ...speaker.problems, ...emailProblem(settings) },
    async () => (await settle()) ?? 'next',
  )
  return (
    <StepForm control={control} title={t('wizard.templates.title')} intro={t('wizard.templates.intro')}>
      <ChoiceSelect
        label={t('wizard.templates.task')}
        description={t('wizard.templates.task-advice')}
        byDefault={t('wizard.templates.planfix-default')}
        list={tasks}
        value={taskTemplateId}
        onChange={(id) => change({ taskTemplateId: id })}
      />
      <ChoiceSelect
        label={t('wizard.templates.contact')}
        description={t('wizard.templates.contact-advice')}
        byDefault={t('wizard.templates.planfix-default')}
        list={contacts}
        value={contactTemplateId}
        onChange={(id) => change({ contactTemplateId: id })}
      />
      <ClientEmail field={control.field} edited={control.edited} />
      <Participants
        value={settings.planfix.participants}
        onChange={(participants) => change({ participants })}
      />
      <Part title={t('wizard.speaker.title')}>
        <Radio.Group
          value={speaker.own ? 'own' : 'default'}
          onChange={(value) => speaker.setOwn(value === 'own')}
          aria-label={t('wizard.speaker.title')}
        >
          <Stack gap="xs">
            <Radio
              value="default"
              size="sm"
              label={t('wizard.speaker.default', { name: speaker.defaultName })}
              description={t('wizard.speaker.default-advice')}
            />
            <Radio
              value="own"
              size="sm"
              label={t('wizard.speaker.own')}
              description={t('wizard.speaker.own-advice')}
            />
          </Stack>
        </Radio.Group>
        {speaker.own && (
          <Stack gap="xs" maw="26rem" ps="1.75rem">
            <TextInput
              {...control.field('chatra.agent.email')}
              label={t('wizard.speaker.email')}
              type="email"
              value={settings.chatra.agent.email}
              maxLength={320}
              onChange={(event) => {
                speaker.change({ email: event.currentTarget.value })
                control.edited('chatra.agent.email')
              }}
            />
            <TextInput
              {...control.field('chatra.agent.name')}
              label={t('wizard.speaker.name')}
              value={settings.chatra.agent.name}
              maxLength={500}
              onChange={(event) => {
                speaker.change({ name: event.currentTarget.value })
                control.edited('chatra.agent.name')
              }}
            />
          </Stack>
        )}
      </Part>
    </StepForm>
  )
}

const FIELD = 'planfix.clientEmailField'

const emailProblem = ({ options, planfix }: ConnectionSettings): Record<string, Problem | null> => ({
  [FIELD]:
    options.clientEmail === 'field' && planfix.clientEmailField === null
      ? 'wizard.problem.client-email-field'
      : null,
})

/** Where a client's e-mail is stored, with the consequences of each place. */
function ClientEmail({ field, edited }: Pick<ReturnType<typeof useStep>, 'field' | 'edited'>) {
  const { t } = useI18n()
  const { draft, settings, edit } = useWizard()
  const { clientEmail } = settings.options
  const isField = clientEmail === 'field'
  const fields = useCall('setup.choices', { id: draft.id, kind: 'contact-fields' }, { skip: !isField })
  return (
    <Part title={t('form.client-email')}>
      <Radio.Group
        value={clientEmail}
        onChange={(value) => {
          const chosen = CLIENT_EMAIL.find((one) => one === value)
          if (chosen) edit((before) => ({ ...before, options: { ...before.options, clientEmail: chosen } }))
        }}
        aria-label={t('form.client-email')}
      >
        <Stack gap="xs">
          {CLIENT_EMAIL.map((value) => (
            <Radio
              key={value}
              value={value}
              size="sm"
              label={t(`form.client-email.${value}`)}
              description={t(`form.client-email.${value}.text`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {isField && (
        <Stack gap="xs" ps="1.75rem">
          <ChoiceSelect
            field={field(FIELD)}
            label={t('form.client-email.which')}
            byDefault={t('form.client-email.none')}
            list={fields}
            value={settings.planfix.clientEmailField}
            onChange={(clientEmailField) => {
              edit((before) => ({ ...before, planfix: { ...before.planfix, clientEmailField } }))
              edited(FIELD)
            }}
          />
        </Stack>
      )}
    </Part>
  )
}

/** F6. An empty e-mail stands for the agent named like the connection (shared/config.ts). */
function useSpeaker() {
  const { settings, edit } = useWizard()
  const { agent } = settings.chatra
  const name = settings.name.trim()
  const isDefault =
    agent.email === '' ||
    agent.email.endsWith('@planfix-bridge.invalid') ||
    agent.email === `bridge@${name.toLowerCase()}`
  const [own, setOwn] = useState(!isDefault)
  const [aside, setAside] = useState(isDefault ? { email: '', name: '' } : agent)
  const change = (part: Partial<typeof agent>) =>
    edit((before) => ({
      ...before,
      chatra: { ...before.chatra, agent: { ...before.chatra.agent, ...part } },
    }))
  const problems: Record<string, Problem | null> = own
    ? {
        'chatra.agent.email': checkEmail(agent.email),
        'chatra.agent.name': agent.name.trim() === '' ? null : checkName(agent.name),
      }
    : {}
  return {
    own,
    problems,
    change,
    defaultName: (!own && agent.name.trim()) || name,
    /** The values typed for the other option return with it. */
    setOwn(chosen: boolean) {
      setOwn(chosen)
      if (!chosen) setAside(agent)
      change(chosen ? aside : { email: '', name: '' })
    },
  }
}

/** F7: employees and groups that are added to each task. */
function Participants({ value, onChange }: { value: string[]; onChange(value: string[]): void }) {
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
