import { Channel } from '../../../features/channel/channel.tsx'
import { useI18n } from '../../../i18n.tsx'
import { useForm } from '../form.tsx'
import { Section } from '../section.tsx'

/** Planfix's Chat API; it acts at once, without the form's "Save". */
export function ChannelSection() {
  const { t } = useI18n()
  const { id, disabled } = useForm()
  return (
    <Section title={t('channel.title')} anchor="channel">
      <Channel id={id} disabled={disabled} />
    </Section>
  )
}
