import { Button, Group, NumberInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { LIMITS } from '../../../shared/config.ts'
import { ConfirmButton } from '../../components/feedback/confirm-button.tsx'
import { useI18n } from '../../i18n.tsx'
import type { SaveGeneral } from './save-general.ts'
import { Section } from './section.tsx'

const [LEAST, MOST] = LIMITS.retentionDays

/** How long texts are kept. Fewer days remove older texts, so that needs confirmation. */
export function Retention({ days, disabled, save }: { days: number; disabled: boolean; save: SaveGeneral }) {
  const { t, number } = useI18n()
  const [typed, setTyped] = useState<number | string>(days)
  const value = typed === '' ? Number.NaN : Number(typed)
  const fits = Number.isInteger(value) && value >= LEAST && value <= MOST
  const changed = value !== days
  const keep = async () => {
    const error = await save({ retentionDays: value })
    if (error === null) notifications.show({ message: t('form.saved') })
  }
  return (
    <Section title={t('settings.retention')} intro={t('settings.retention.text')} help="privacy">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (fits && value > days) void keep()
        }}
      >
        <Group align="flex-start" gap="xs" wrap="nowrap">
          <NumberInput
            aria-label={t('settings.retention.days')}
            value={typed}
            onChange={setTyped}
            disabled={disabled}
            error={fits ? null : t('settings.retention.wrong', { least: LEAST, most: number(MOST) })}
            suffix={t('settings.unit.days')}
            w="16rem"
            allowDecimal={false}
            min={0}
          />
          {changed && fits && value > days && (
            <Button type="submit" size="sm">
              {t('action.save')}
            </Button>
          )}
          {changed && fits && value < days && (
            <ConfirmButton
              variant="filled"
              size="sm"
              title={t('settings.retention.title', { count: value })}
              consequence={t('settings.retention.consequence', { count: value })}
              confirm={t('settings.retention.confirm')}
              onConfirm={keep}
            >
              {t('action.save')}
            </ConfirmButton>
          )}
        </Group>
      </form>
    </Section>
  )
}
