import { Button, Group, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { checkName } from '../../../../shared/fields.ts'
import { useCall } from '../../../client/hooks.tsx'
import { Fold } from '../../../components/fold.tsx'
import { ChoiceSelect } from '../../../components/form/choice-select.tsx'
import { type StepControl, useStep } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { blockingScopes } from '../flow.ts'
import { ClientEmail, emailProblem } from '../parts/client-email.tsx'
import { Participants } from '../parts/participants.tsx'
import { RightsProgress } from '../parts/rights.tsx'
import { type Speaker, SpeakerChoice, useSpeaker } from '../parts/speaker.tsx'
import { StepForm } from '../step-form.tsx'
import classes from '../wizard.module.css'

/** How it works: F4, F5 and F9; behind "More" what has a good default: the name, F6, F7, F13. */
export function TemplatesStep() {
  const { t } = useI18n()
  const { draft, settings, selection, edit, settle, rights } = useWizard()
  const { taskTemplateId } = settings.planfix
  const tasks = useCall('setup.choices', { id: draft.id, kind: 'task-templates' })
  const speaker = useSpeaker()
  const problems = { name: checkName(settings.name), ...speaker.problems, ...emailProblem(settings) }
  const control = useStep(problems, async () => (await settle()) ?? 'next')
  const nobodyAnswers = selection.mode === 'selected' && !selection.choices.some(({ allowed }) => allowed)
  const needsMore = nobodyAnswers || Object.values(problems).some((problem) => problem !== null)
  const isReading = rights.state === 'reading' || rights.state === 'failed'
  const isBlocked = blockingScopes(rights.found).length > 0
  return (
    <StepForm
      control={control}
      title={t('wizard.templates.title')}
      intro={t('wizard.templates.intro')}
      {...(isReading && { watch: <RightsProgress rights={rights} /> })}
      blocked={
        isBlocked ? t('wizard.planfix.blocked-before') : isReading ? t('wizard.planfix.reading-rights') : null
      }
    >
      <ChoiceSelect
        label={t('wizard.templates.task')}
        description={t('wizard.templates.task-advice')}
        byDefault={t('wizard.templates.planfix-default')}
        list={tasks}
        value={taskTemplateId}
        onChange={(id) =>
          edit((before) => ({ ...before, planfix: { ...before.planfix, taskTemplateId: id } }))
        }
      />
      <ContactTemplate />
      <AsEmployee />
      <Fold label={t('wizard.more')} open={needsMore}>
        <MoreChoices control={control} speaker={speaker} />
      </Fold>
    </StepForm>
  )
}

/**
 * Planfix usually creates no card without a template (contracts/planfix.md §8): the first is proposed, once.
 */
function ContactTemplate() {
  const { t } = useI18n()
  const { draft, settings, edit, isNew } = useWizard()
  const { contactTemplateId } = settings.planfix
  const contacts = useCall('setup.choices', { id: draft.id, kind: 'contact-templates' })
  const [proposed, setProposed] = useState(!isNew || draft.redo || contactTemplateId !== null)
  const first = contacts.value?.choices[0]
  const choose = (id: number | null) =>
    edit((before) => ({ ...before, planfix: { ...before.planfix, contactTemplateId: id } }))
  // biome-ignore lint/correctness/useExhaustiveDependencies: `choose` is only another closure
  useEffect(() => {
    if (proposed || first === undefined) return
    setProposed(true)
    choose(first.id)
  }, [proposed, first])
  return (
    <ChoiceSelect
      label={t('wizard.templates.contact')}
      description={t('wizard.templates.contact-advice')}
      byDefault={t('wizard.templates.planfix-default')}
      list={contacts}
      value={contactTemplateId}
      onChange={choose}
    />
  )
}

/** F9, with an example of what the client reads. */
function AsEmployee() {
  const { t } = useI18n()
  const { settings, edit } = useWizard()
  const { sendAsEmployee } = settings.options
  const name = settings.chatra.agent.name.trim() || settings.name.trim()
  return (
    <div>
      <Switch
        label={t('wizard.options.as-employee')}
        checked={sendAsEmployee}
        onChange={(event) => {
          const { checked } = event.currentTarget
          edit((before) => ({ ...before, options: { ...before.options, sendAsEmployee: checked } }))
        }}
        styles={{ label: { fontWeight: 600 } }}
      />
      <div className={classes.example} aria-live="polite" data-below>
        {t(sendAsEmployee ? 'wizard.options.as-employee-on' : 'wizard.options.as-employee-off', { name })}
      </div>
    </div>
  )
}

function MoreChoices({ control, speaker }: { control: StepControl; speaker: Speaker }) {
  const { t } = useI18n()
  const { settings, edit } = useWizard()
  return (
    <Stack gap="md">
      <TextInput
        {...control.field('name')}
        label={t('wizard.name.label')}
        description={t('wizard.name.advice')}
        maw="26rem"
        value={settings.name}
        maxLength={500}
        onChange={(event) => {
          const name = event.currentTarget.value
          edit((before) => ({ ...before, name }))
          control.edited('name')
        }}
      />
      <SpeakerChoice speaker={speaker} control={control} />
      <Participants
        value={settings.planfix.participants}
        onChange={(participants) =>
          edit((before) => ({ ...before, planfix: { ...before.planfix, participants } }))
        }
      />
      <ClientEmail field={control.field} edited={control.edited} />
      <ChosenEmployees />
      <Text size="sm" c="dimmed">
        {t('wizard.more.rest')}
      </Text>
    </Stack>
  )
}

/** Who may answer is chosen on the page Employees; a choice made before may be taken back here. */
function ChosenEmployees() {
  const { t } = useI18n()
  const { selection, select } = useWizard()
  if (selection.mode === 'everybody') return null
  const count = selection.choices.filter(({ allowed }) => allowed).length
  return (
    <Group gap="sm">
      <Text size="sm">{t('wizard.done.employees', { count })}</Text>
      <Button variant="default" onClick={() => select({ ...selection, mode: 'everybody' })}>
        {t('wizard.more.everybody')}
      </Button>
    </Group>
  )
}
