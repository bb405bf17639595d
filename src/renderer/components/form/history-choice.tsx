import { Select, type SelectProps } from '@mantine/core'
import { HISTORY } from '../../../shared/config.ts'
import { useI18n } from '../../i18n.tsx'

type History = (typeof HISTORY)[number]

/** What a client's next task contains of the previous one: a link, or its last messages too. */
export function HistoryChoice({
  chosen,
  onChoose,
  ...rest
}: { chosen: History; onChoose(value: History): void } & SelectProps) {
  const { t } = useI18n()
  return (
    <Select
      {...rest}
      label={t('form.history')}
      description={t('form.history.text')}
      data={HISTORY.map((value) => ({
        value: String(value),
        label: value === 'link' ? t('form.history.link') : t('form.history.messages', { number: value }),
      }))}
      value={String(chosen)}
      onChange={(value) => {
        const found = HISTORY.find((one) => String(one) === value)
        if (found !== undefined) onChoose(found)
      }}
      allowDeselect={false}
      comboboxProps={{ shadow: 'md' }}
    />
  )
}
