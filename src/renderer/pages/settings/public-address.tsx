import { Alert, Button, Group, Skeleton } from '@mantine/core'
import { useState } from 'react'
import type { TunnelView } from '../../../shared/api/tunnel.ts'
import type { CallError } from '../../../shared/api.ts'
import { useMay } from '../../client/access.tsx'
import { useAppState, useClient } from '../../client/hooks.tsx'
import { ErrorAlert } from '../../components/feedback/error-alert.tsx'
import { SaveBar } from '../../components/form/save-bar.tsx'
import { LeaveGuard } from '../../components/form/unsaved.tsx'
import { IconInfoCircle, IconRefresh } from '../../components/icons.ts'
import { ProviderCards } from '../../features/public-address/provider-cards.tsx'
import { ProviderForm } from '../../features/public-address/provider-form.tsx'
import { PublicAddressState } from '../../features/public-address/public-address-state.tsx'
import {
  type FieldProps,
  usePublicAddress,
  useSavedPublicAddress,
} from '../../features/public-address/use-public-address.ts'
import { useI18n } from '../../i18n.tsx'
import { focusField } from './form.tsx'
import { Section } from './section.tsx'
import { useLocked } from './use-locked.ts'

/**
 * How Chatra and Planfix reach this computer: the current address, since when it is proven, and other
 * providers.
 */
export function PublicAddress() {
  const { t } = useI18n()
  const answer = useSavedPublicAddress()
  return (
    <>
      <Section title={t('settings.address')} intro={t('settings.address.text')} help="waiting">
        <Now />
      </Section>
      {answer.value ? (
        <Choice saved={answer.value} />
      ) : answer.error ? (
        <ErrorAlert error={answer.error} retry={answer.reload} />
      ) : (
        <Skeleton height={420} aria-hidden />
      )}
    </>
  )
}

/** The state, and the button that tries now. */
function Now() {
  const bridge = useClient()
  const { t } = useI18n()
  const { publicAddress } = useAppState()
  const may = useMay()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<CallError | null>(null)
  const prove = async () => {
    setBusy(true)
    const answer = await bridge.call('tunnel.prove', {})
    setBusy(false)
    setError(answer.ok ? null : answer.error)
  }
  return (
    <>
      <PublicAddressState address={publicAddress} />
      {error && <ErrorAlert error={error} />}
      {publicAddress.provider !== 'none' && may('tunnel.prove') && (
        <Group>
          <Button
            variant="default"
            loading={busy}
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={() => void prove()}
          >
            {t('tunnel.page.try')}
          </Button>
        </Group>
      )}
    </>
  )
}

function Choice({ saved }: { saved: TunnelView }) {
  const { t, say } = useI18n()
  const { publicAddress } = useAppState()
  const way = usePublicAddress(saved)
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [refused, setRefused] = useState<CallError | null>(null)
  const [saving, setSaving] = useState(false)
  const [done, setDone] = useState(false)
  const disabled = useLocked()
  const { problems } = way
  const wrong = Object.keys(problems).filter((name) => problems[name] !== null)
  const told = wrong.filter((name) => left.has(name)).length

  const edited = (name: string) => {
    setDone(false)
    if (refused?.field === name || refused?.field === null) setRefused(null)
  }
  const forget = () => {
    setLeft(new Set())
    setRefused(null)
  }
  const save = async (): Promise<boolean> => {
    const [first] = wrong
    if (first !== undefined) {
      setLeft(new Set([...left, ...wrong]))
      requestAnimationFrame(() => focusField(first))
      return false
    }
    setSaving(true)
    const error = await way.save()
    setSaving(false)
    if (error === null) {
      forget()
      setDone(true)
      return true
    }
    setRefused(error)
    const { field } = error
    if (field !== null) requestAnimationFrame(() => focusField(field))
    return false
  }
  const field = (name: string): FieldProps => {
    const problem = left.has(name) ? problems[name] : null
    return {
      'data-field': name,
      disabled,
      error: refused?.field === name ? say(refused.message) : problem ? t(problem) : null,
      onBlur: () => setLeft((before) => (before.has(name) ? before : new Set(before).add(name))),
    }
  }
  return (
    <Section title={t('tunnel.page.choose')} intro={t('tunnel.page.choose.text')}>
      <ProviderCards
        label={t('wizard.address.how')}
        quiet
        value={way.typed.settings.provider}
        disabled={disabled}
        onChange={(provider) => {
          forget()
          edited('')
          way.choose(provider)
        }}
      />
      {way.changed && publicAddress.address !== null && (
        <Alert color="blue" variant="light" icon={<IconInfoCircle aria-hidden />} py="xs">
          {t('tunnel.page.changes')}
        </Alert>
      )}
      <ProviderForm
        way={way}
        disabled={disabled}
        field={field}
        edited={edited}
        pair={{ busy: saving, run: () => void save() }}
      />
      <SaveBar
        dirty={way.changed}
        saving={saving}
        saved={done}
        problem={refused ? say(refused.message) : told > 0 ? t('settings.wrong', { count: told }) : null}
        onSave={() => void save()}
        onDiscard={() => {
          forget()
          way.discard()
        }}
      />
      <LeaveGuard dirty={way.changed} save={save} />
    </Section>
  )
}
