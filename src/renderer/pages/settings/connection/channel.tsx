import { Fold } from '../../../components/fold.tsx'
import { Channel } from '../../../features/channel/channel.tsx'
import { Scenario } from '../../../features/scenario/scenario.tsx'
import { useI18n } from '../../../i18n.tsx'
import { useForm } from '../form.tsx'
import { Section } from '../section.tsx'

/** Planfix's Chat API, which acts at once, without the form's "Save"; or a scenario instead. */
export function ChannelSection() {
  const { t } = useI18n()
  const { id, disabled } = useForm()
  return (
    <Section title={t('channel.title')} anchor="channel" help="instant-replies">
      <Channel id={id} disabled={disabled} />
      <Fold label={t('wizard.scenario.title')}>
        <Scenario id={id} />
      </Fold>
    </Section>
  )
}
