import { useAppState } from '../../../client/hooks.tsx'
import { useStep } from '../../../components/use-step.ts'
import { Channel } from '../../../features/channel/channel.tsx'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { StepForm } from '../step-form.tsx'

/** Planfix's Chat API, optional. */
export function ChannelStep() {
  const { t } = useI18n()
  const { draft } = useWizard()
  const { settingsFile } = useAppState()
  const control = useStep({})
  return (
    <StepForm control={control} title={t('channel.title')}>
      <Channel id={draft.id} shown disabled={!settingsFile.writable} />
    </StepForm>
  )
}
