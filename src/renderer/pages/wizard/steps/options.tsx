import { NumberInput, Stack, Switch, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { ConnectionSettings } from '../../../../shared/api/settings.ts'
import { LIMITS } from '../../../../shared/config.ts'
import type { Problem } from '../../../../shared/fields.ts'
import { useCall } from '../../../client/hooks.tsx'
import { ChoiceSelect } from '../../../components/choice-select.tsx'
import { HistoryChoice } from '../../../components/history-choice.tsx'
import { useStep } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { Note } from '../parts/note.tsx'
import { StepForm } from '../step-form.tsx'
import classes from '../wizard.module.css'

type Options = ConnectionSettings['options']
const MINUTES = 'options.leaveAfterMinutes'

/** F8, F9, F11, which comments are sent, and F13. */
export function OptionsStep() {
  const { t } = useI18n()
  const { draft, settings, edit, settle } = useWizard()
  const { options } = settings
  const change = (part: Partial<Options>) =>
    edit((before) => ({ ...before, options: { ...before.options, ...part } }))
  const control = useStep(
    options.completeWhenClientLeaves ? { [MINUTES]: checkMinutes(options.leaveAfterMinutes) } : {},
    async () => (await settle()) ?? 'next',
  )
  const statuses = useCall(
    'setup.choices',
    { id: draft.id, kind: 'statuses', taskTemplateId: settings.planfix.taskTemplateId },
    { skip: !options.completeWhenClientLeaves },
  )
  return (
    <StepForm control={control} title={t('wizard.options.title')} intro={t('wizard.options.intro')}>
      <Option
        label={t('wizard.options.new-task')}
        example={t(
          options.newTaskWhenNoneActive ? 'wizard.options.new-task-on' : 'wizard.options.new-task-off',
        )}
        checked={options.newTaskWhenNoneActive}
        onChange={(newTaskWhenNoneActive) => change({ newTaskWhenNoneActive })}
      >
        {options.newTaskWhenNoneActive && (
          <HistoryChoice
            chosen={options.historyInNewTask}
            onChoose={(historyInNewTask) => change({ historyInNewTask })}
            maw="26rem"
          />
        )}
      </Option>
      <Option
        label={t('wizard.options.as-employee')}
        example={t(
          options.sendAsEmployee ? 'wizard.options.as-employee-on' : 'wizard.options.as-employee-off',
          { name: settings.chatra.agent.name.trim() || settings.name.trim() },
        )}
        checked={options.sendAsEmployee}
        onChange={(sendAsEmployee) => change({ sendAsEmployee })}
      />
      <Option
        label={t('wizard.options.complete')}
        example={t(
          options.completeWhenClientLeaves ? 'wizard.options.complete-on' : 'wizard.options.complete-off',
        )}
        checked={options.completeWhenClientLeaves}
        onChange={(completeWhenClientLeaves) => change({ completeWhenClientLeaves })}
      >
        {options.completeWhenClientLeaves && (
          <Stack gap="sm" maw="26rem">
            <NumberInput
              {...control.field(MINUTES)}
              label={t('wizard.options.minutes')}
              description={t('wizard.options.minutes-advice')}
              value={Number.isFinite(options.leaveAfterMinutes) ? options.leaveAfterMinutes : ''}
              // Kept as typed; a value out of range is reported, not corrected silently.
              onChange={(value) => {
                change({ leaveAfterMinutes: typeof value === 'number' ? value : 0 })
                control.edited(MINUTES)
              }}
              clampBehavior="none"
              allowNegative={false}
              max={LIMITS.leaveAfterMinutes[1]}
              styles={{ wrapper: { width: '8rem' } }}
            />
            <ChoiceSelect
              label={t('wizard.options.status')}
              description={t('wizard.options.status-advice')}
              byDefault={t('wizard.options.status-default')}
              list={statuses}
              value={options.completedStatusId}
              onChange={(completedStatusId) => change({ completedStatusId })}
            />
          </Stack>
        )}
      </Option>
      <Option
        label={t('wizard.options.recipient')}
        example={t(
          options.sendOnlyWhenClientIsRecipient
            ? 'wizard.options.recipient-on'
            : 'wizard.options.recipient-off',
        )}
        checked={options.sendOnlyWhenClientIsRecipient}
        onChange={(sendOnlyWhenClientIsRecipient) => change({ sendOnlyWhenClientIsRecipient })}
      />
      <Option
        label={t('wizard.options.mirror')}
        example={t(options.mirrorChatraReplies ? 'wizard.options.mirror-on' : 'wizard.options.mirror-off')}
        checked={options.mirrorChatraReplies}
        onChange={(mirrorChatraReplies) => change({ mirrorChatraReplies })}
      />
      <Note tone="info" title={t('wizard.options.same-email')}>
        <Text size="sm">{t('wizard.options.same-email-text')}</Text>
      </Note>
    </StepForm>
  )
}

/** A switch with its effect, as an example for the current choice. */
function Option(props: {
  label: string
  example: string
  checked: boolean
  onChange(checked: boolean): void
  children?: ReactNode
}) {
  return (
    <Stack gap="xs">
      <Switch
        label={props.label}
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
        styles={{ label: { fontWeight: 600 } }}
      />
      <Stack gap="sm" ps="2.9rem">
        <div className={classes.example} aria-live="polite">
          {props.example}
        </div>
        {props.children}
      </Stack>
    </Stack>
  )
}

const [LEAST, MOST] = LIMITS.leaveAfterMinutes
const checkMinutes = (minutes: number): Problem | null =>
  minutes >= LEAST && minutes <= MOST ? null : 'wizard.problem.leave-minutes'
