import { TextInput } from '@mantine/core'
import { checkName } from '../../../../shared/fields.ts'
import { useStep } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { StepForm } from '../step-form.tsx'

export function NameStep() {
  const { t } = useI18n()
  const { settings, edit } = useWizard()
  const control = useStep({ name: checkName(settings.name) })
  return (
    <StepForm control={control} title={t('wizard.name.title')} intro={t('wizard.name.intro')}>
      <TextInput
        {...control.field('name')}
        label={t('wizard.name.label')}
        description={t('wizard.name.advice')}
        placeholder="shop.example"
        maw="24rem"
        required
        withAsterisk={false}
        value={settings.name}
        maxLength={500}
        onChange={(event) => {
          const name = event.currentTarget.value
          edit((before) => ({ ...before, name }))
          control.edited('name')
        }}
      />
    </StepForm>
  )
}
