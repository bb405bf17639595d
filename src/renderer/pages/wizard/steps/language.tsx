import { useWords } from '../../../words.tsx'
import { LanguageChoice } from '../language-choice.tsx'
import { StepForm } from '../step-form.tsx'
import { useStep } from '../use-step.ts'

export function LanguageStep() {
  const { t } = useWords()
  const control = useStep({})
  return (
    <StepForm control={control} title={t('wizard.language.title')} intro={t('wizard.language.intro')}>
      <LanguageChoice onProblem={control.show} />
    </StepForm>
  )
}
