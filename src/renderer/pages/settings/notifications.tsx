import { Alert, Group, Input, NumberInput, SegmentedControl, Switch, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { GeneralSettings } from '../../../shared/api/settings.ts'
import { useAppState } from '../../client/hooks.tsx'
import { IconInfoCircle } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import type { SaveGeneral } from './save-general.ts'
import { Section } from './section.tsx'

type Settings = GeneralSettings['notifications']
type Quiet = NonNullable<Settings['quiet']>

const KINDS = ['newChats', 'failures', 'connections'] as const
const OPENS = ['window', 'planfix'] as const
const USUAL: Quiet = { from: '22:00', to: '07:00' }
const USUAL_MINUTES = 15
const MOST_MINUTES = 1440
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/

/** Which notifications the desktop shows, and when it is silent. */
export function Notices(props: { settings: Settings; disabled: boolean; save: SaveGeneral }) {
  const { settings, save } = props
  const { t } = useI18n()
  const { host } = useAppState()
  const isElsewhere = host !== 'desktop'
  const disabled = props.disabled || isElsewhere
  const keep = (part: Partial<Settings>) => void save({ notifications: { ...settings, ...part } })
  return (
    <Section title={t('settings.notices')} intro={t('settings.notices.text')}>
      {isElsewhere && (
        <Alert color="blue" variant="light" icon={<IconInfoCircle aria-hidden />} py="xs">
          {t('settings.notices.desktop')}
        </Alert>
      )}
      {KINDS.map((kind) => (
        <Switch
          key={kind}
          label={t(`settings.notices.${kind}`)}
          checked={settings[kind]}
          disabled={disabled}
          onChange={(event) => keep({ [kind]: event.currentTarget.checked })}
        />
      ))}
      <Switch
        label={t('settings.notices.unanswered')}
        checked={settings.unansweredMinutes !== null}
        disabled={disabled}
        onChange={(event) => keep({ unansweredMinutes: event.currentTarget.checked ? USUAL_MINUTES : null })}
      />
      {settings.unansweredMinutes !== null && (
        <Minutes
          key={settings.unansweredMinutes}
          minutes={settings.unansweredMinutes}
          disabled={disabled}
          keep={(unansweredMinutes) => keep({ unansweredMinutes })}
        />
      )}
      <Switch
        label={t('settings.notices.weekly')}
        description={isElsewhere && t('settings.notices.weekly.server')}
        checked={settings.weekly}
        disabled={props.disabled}
        onChange={(event) => keep({ weekly: event.currentTarget.checked })}
      />
      <Switch
        label={t('settings.notices.sound')}
        checked={settings.sound}
        disabled={disabled}
        onChange={(event) => keep({ sound: event.currentTarget.checked })}
      />
      <Input.Wrapper label={t('settings.notices.newChats.opens')} labelElement="div">
        <div>
          <SegmentedControl
            mt={4}
            aria-label={t('settings.notices.newChats.opens')}
            value={settings.opens}
            disabled={disabled || !settings.newChats}
            onChange={(opens) => keep({ opens: opens as Settings['opens'] })}
            data={OPENS.map((one) => ({ value: one, label: t(`settings.notices.opens.${one}`) }))}
          />
        </div>
      </Input.Wrapper>
      <Switch
        label={t('settings.quiet')}
        description={t('settings.quiet.text')}
        checked={settings.quiet !== null}
        disabled={disabled}
        onChange={(event) => keep({ quiet: event.currentTarget.checked ? USUAL : null })}
      />
      {settings.quiet !== null && (
        <Hours
          key={`${settings.quiet.from} ${settings.quiet.to}`}
          quiet={settings.quiet}
          disabled={disabled}
          keep={(quiet) => keep({ quiet })}
        />
      )}
      {!isElsewhere && (
        <Text size="xs" c="dimmed">
          {t('settings.notices.system')}
        </Text>
      )}
    </Section>
  )
}

/** Saved when it is a whole number and the field loses the focus. */
function Minutes(props: { minutes: number; disabled: boolean; keep(minutes: number): void }) {
  const { t } = useI18n()
  const [typed, setTyped] = useState<string | number>(props.minutes)
  const done = () => {
    if (typeof typed === 'number' && typed !== props.minutes) props.keep(typed)
  }
  return (
    <NumberInput
      w="9rem"
      label={t('settings.notices.unanswered.after')}
      suffix={t('settings.unit.minutes')}
      value={typed}
      min={1}
      max={MOST_MINUTES}
      allowDecimal={false}
      allowNegative={false}
      clampBehavior="blur"
      disabled={props.disabled}
      onChange={setTyped}
      onBlur={done}
    />
  )
}

/** Saved when both are complete times and the field loses the focus. */
function Hours({ quiet, disabled, keep }: { quiet: Quiet; disabled: boolean; keep(quiet: Quiet): void }) {
  const { t } = useI18n()
  const [typed, setTyped] = useState(quiet)
  const isWhole = (text: string) => TIME.test(text)
  const done = () => {
    const changed = typed.from !== quiet.from || typed.to !== quiet.to
    if (changed && isWhole(typed.from) && isWhole(typed.to)) keep(typed)
  }
  return (
    <Group gap="sm" align="flex-start">
      {(['from', 'to'] as const).map((end) => (
        <TextInput
          key={end}
          type="time"
          w="9rem"
          label={t(`settings.quiet.${end}`)}
          value={typed[end]}
          disabled={disabled}
          error={isWhole(typed[end]) ? null : t('settings.quiet.wrong')}
          onChange={(event) => setTyped({ ...typed, [end]: event.currentTarget.value })}
          onBlur={done}
        />
      ))}
    </Group>
  )
}
