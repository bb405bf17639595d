import { Select } from '@mantine/core'
import { JOIN_DEVICES } from '../../../../shared/config.ts'
import { useI18n } from '../../../i18n.tsx'
import { fieldOf, NumberField, useForm } from '../form.tsx'
import { Section } from '../section.tsx'

const PATH = 'options.joinDevices'

/** Which devices count as the same person, and when (F13). */
export function Devices() {
  const { t } = useI18n()
  const form = useForm()
  const { joinDevices } = form.typed.options
  return (
    <Section title={t('settings.devices')} anchor="devices">
      <Select
        {...fieldOf(form, PATH)}
        label={t('settings.devices.join')}
        description={t(`settings.devices.join.${joinDevices}.text`)}
        data={JOIN_DEVICES.map((value) => ({ value, label: t(`settings.devices.join.${value}`) }))}
        value={joinDevices}
        onChange={(value) => value !== null && form.set(PATH, value)}
        allowDeselect={false}
        comboboxProps={{ shadow: 'md' }}
      />
      {joinDevices === 'when-quiet' && (
        <NumberField
          path="options.joinAfterQuietMinutes"
          label={t('settings.devices.quiet')}
          description={t('settings.devices.quiet.text')}
          suffix={t('settings.unit.minutes')}
          min={0}
          w="16rem"
        />
      )}
    </Section>
  )
}
