import { Anchor } from '@mantine/core'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { Note } from './note.tsx'

/** Chatra cannot reach this computer yet; with a link to the step that changes it. */
export function NotPublic() {
  const { t } = useI18n()
  const { go } = useWizard()
  return (
    <Note tone="attention">
      {t('wizard.not-public')}{' '}
      <Anchor
        component="button"
        type="button"
        inherit
        c="inherit"
        underline="always"
        onClick={() => go('address')}
      >
        {t('wizard.to-step', { step: t('wizard.step.address') })}
      </Anchor>
    </Note>
  )
}
