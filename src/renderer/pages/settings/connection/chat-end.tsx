import { useI18n } from '../../../i18n.tsx'
import { NumberField, OptionSwitch, useForm } from '../form.tsx'
import { Section } from '../section.tsx'
import { ChoiceField, useChoices } from './choice-field.tsx'

/** What happens to the task when the client has left (F11). */
export function ChatEnd({ hasToken }: { hasToken: boolean }) {
  const { t } = useI18n()
  const { typed } = useForm()
  const statuses = useChoices('statuses', hasToken && typed.options.completeWhenClientLeaves)
  return (
    <Section title={t('settings.end')} anchor="end">
      <OptionSwitch
        path="options.completeWhenClientLeaves"
        label={t('settings.end.complete')}
        description={t('settings.end.complete.text')}
      />
      {typed.options.completeWhenClientLeaves && (
        <>
          <ChoiceField
            path="options.completedStatusId"
            label={t('settings.end.status')}
            description={t('settings.end.status.text')}
            none={t('settings.end.status.by-itself')}
            list={statuses}
          />
          <NumberField
            path="options.leaveAfterMinutes"
            label={t('settings.end.minutes')}
            description={t('settings.end.minutes.text')}
            suffix={t('settings.unit.minutes')}
            min={0}
            w="16rem"
          />
        </>
      )}
    </Section>
  )
}
