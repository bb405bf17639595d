import { Button, Collapse, Group, Stack } from '@mantine/core'
import { useId, useState } from 'react'
import { IconChevronDown, IconChevronUp } from '../../../components/icons.ts'
import { useI18n } from '../../../i18n.tsx'
import { NumberField, TextField, useForm } from '../form.tsx'
import { Section } from '../section.tsx'

const FIELDS = [
  'planfix.pollSeconds',
  'planfix.requestsPerSecond',
  'options.keepWhilePausedDays',
  'chatra.baseUrl',
] as const

/** Settings that hardly any owner needs. */
export function Advanced() {
  const { t } = useI18n()
  const { problem } = useForm()
  const [wanted, setOpen] = useState(false)
  const id = useId()
  const open = wanted || FIELDS.some((path) => problem(path) !== null)
  return (
    <Section title={t('settings.advanced')} anchor="advanced">
      <Group>
        <Button
          variant="default"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
          rightSection={
            open ? <IconChevronUp size={14} aria-hidden /> : <IconChevronDown size={14} aria-hidden />
          }
        >
          {t(open ? 'action.hide' : 'action.show')}
        </Button>
      </Group>
      <Collapse expanded={open} id={id}>
        <Stack gap="md">
          <NumberField
            path="planfix.pollSeconds"
            label={t('settings.advanced.poll')}
            description={t('settings.advanced.poll.text')}
            suffix={t('settings.unit.seconds')}
            min={0}
            w="16rem"
          />
          <NumberField
            path="planfix.requestsPerSecond"
            label={t('settings.advanced.requests')}
            description={t('settings.advanced.requests.text')}
            min={0}
            step={0.5}
            w="16rem"
          />
          <NumberField
            path="options.keepWhilePausedDays"
            label={t('settings.advanced.keep')}
            description={t('settings.advanced.keep.text')}
            suffix={t('settings.unit.days')}
            min={0}
            w="16rem"
          />
          <TextField
            path="chatra.baseUrl"
            label={t('settings.advanced.chatra')}
            description={t('settings.advanced.chatra.text')}
            spellCheck={false}
          />
        </Stack>
      </Collapse>
    </Section>
  )
}
