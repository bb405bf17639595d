import { Radio, Stack } from '@mantine/core'
import type { ConnectionSettings } from '../../../../shared/api/settings.ts'
import { CLIENT_EMAIL } from '../../../../shared/config.ts'
import type { Problem } from '../../../../shared/fields.ts'
import { useCall } from '../../../client/hooks.tsx'
import { ChoiceSelect } from '../../../components/form/choice-select.tsx'
import type { StepControl } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { Part } from '../step-form.tsx'

const FIELD = 'planfix.clientEmailField'

export const emailProblem = ({ options, planfix }: ConnectionSettings): Record<string, Problem | null> => ({
  [FIELD]:
    options.clientEmail === 'field' && planfix.clientEmailField === null
      ? 'wizard.problem.client-email-field'
      : null,
})

/** Where a client's e-mail is stored, with the consequences of each place. */
export function ClientEmail({ field, edited }: Pick<StepControl, 'field' | 'edited'>) {
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
