import { Button, Divider, Group, Popover, Skeleton, Stack } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { IconCalendarTime, IconCheck, IconChevronDown } from '../../../components/icons.ts'
import { useI18n } from '../../../i18n.tsx'
import { boundsOf, type Choice, SPANS, type Span } from './filter.ts'
import classes from './filters.module.css'

const RangePicker = lazy(() => import('./range-picker.tsx'))

/** Receipt time of the messages: a named span, or from one day to another. */
export function TimeFilter({
  value,
  onChange,
}: {
  value: Choice['when']
  onChange(value: Choice['when']): void
}) {
  const { t } = useI18n()
  const [opened, setOpened] = useState(false)
  const choose = (when: Choice['when']) => {
    onChange(when)
    setOpened(false)
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="sm"
          flex="none"
          aria-label={`${t('log.filter.time')}: ${useSpanText(value)}`}
          leftSection={<IconCalendarTime size={16} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          onClick={() => setOpened(!opened)}
        >
          {useSpanText(value)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('log.filter.time')} p="xs">
        <Group align="flex-start" gap="xs" wrap="nowrap">
          <Stack gap={2} miw="8.5rem">
            <Preset chosen={value === null} onClick={() => choose(null)}>
              {t('log.filter.any-time')}
            </Preset>
            {SPANS.map((span) => (
              <Preset
                key={span}
                chosen={value !== null && 'span' in value && value.span === span}
                onClick={() => choose({ span })}
              >
                {t(`log.filter.${span}`)}
              </Preset>
            ))}
          </Stack>
          <Divider orientation="vertical" />
          <div className={classes.calendar}>
            <Suspense fallback={<Skeleton height={280} />}>
              <RangePicker value={value !== null && 'from' in value ? value : null} onChange={choose} />
            </Suspense>
          </div>
        </Group>
      </Popover.Dropdown>
    </Popover>
  )
}

function Preset({ chosen, children, onClick }: { chosen: boolean; children: string; onClick(): void }) {
  return (
    <Button
      variant={chosen ? 'light' : 'subtle'}
      color={chosen ? undefined : 'gray'}
      c={chosen ? undefined : 'var(--mantine-color-text)'}
      justify="space-between"
      aria-pressed={chosen}
      rightSection={chosen ? <IconCheck size={14} aria-hidden /> : <span />}
      onClick={onClick}
    >
      {children}
    </Button>
  )
}

export function useSpanText(value: Span | null): string {
  const { t, date, clock, moment } = useI18n()
  if (value === null) return t('log.filter.any-time')
  if ('span' in value) return t(`log.filter.${value.span}`)
  if ('start' in value) {
    const isDay = value.end - value.start > 12 * 3_600_000
    return isDay ? date(value.start) : `${moment(value.start)} – ${clock(value.end)}`
  }
  const { from } = boundsOf(value, 0)
  const to = boundsOf({ from: value.to, to: value.to }, 0).from
  return from === to ? date(from) : `${date(from)} – ${date(to)}`
}
