import { useStep } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { LanguageChoice } from '../parts/language-choice.tsx'
import { StepForm } from '../step-form.tsx'

export function LanguageStep() {
  const { t } = useI18n()
  const control = useStep({})
  return (
    <StepForm control={control} title={t('wizard.language.title')} intro={t('wizard.language.intro')}>
      <LanguageChoice onProblem={control.show} />
    </StepForm>
  )
}
