import '@mantine/dates/styles.css'
import { Stack, Text } from '@mantine/core'
import { DatePicker, DatesProvider } from '@mantine/dates'
import { use, useState } from 'react'
import type { Language } from '../../../../shared/i18n/texts.ts'
import { useI18n } from '../../../i18n.tsx'
import classes from './filters.module.css'

/** Names of days and months in other languages are loaded when a calendar first needs them. */
const LOCALES: Record<Language, () => Promise<unknown>> = {
  en: async () => {},
  ro: () => import('dayjs/locale/ro.js'),
  ru: () => import('dayjs/locale/ru.js'),
}
const fetched = new Map<Language, Promise<unknown>>()
const localeOf = (language: Language): Promise<unknown> => {
  const known = fetched.get(language) ?? LOCALES[language]()
  fetched.set(language, known)
  return known
}

/** From one day to another, both included. */
export default function RangePicker({
  value,
  onChange,
}: {
  value: { from: string; to: string } | null
  onChange(value: { from: string; to: string }): void
}) {
  const { t, language } = useI18n()
  use(localeOf(language))
  const [range, setRange] = useState<[string | null, string | null]>([value?.from ?? null, value?.to ?? null])
  return (
    <DatesProvider settings={{ locale: language, firstDayOfWeek: 1 }}>
      <Stack gap={4}>
        <Text size="xs" c="dimmed">
          {t('log.filter.range-hint')}
        </Text>
        <DatePicker
          type="range"
          size="sm"
          allowSingleDateInRange
          hideOutsideDates
          classNames={{ day: classes.day }}
          maxDate={new Date()}
          defaultDate={value?.from}
          value={range}
          onChange={([from, to]) => {
            setRange([from, to])
            if (from !== null && to !== null) onChange({ from, to })
          }}
          ariaLabels={{
            previousMonth: t('log.filter.previous-month'),
            nextMonth: t('log.filter.next-month'),
          }}
        />
      </Stack>
    </DatesProvider>
  )
}
