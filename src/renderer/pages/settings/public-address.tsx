import { Alert, Button, Group, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { PublicAddress as Address } from '../../../shared/api/state.ts'
import type { CallError } from '../../../shared/api.ts'
import { publicAddressOf } from '../../../shared/fields.ts'
import { useAppState, useBridge } from '../../bridge/hooks.tsx'
import { CopyField } from '../../parts/copy-field.tsx'
import { IconAlertTriangle, IconInfoCircle } from '../../parts/icons.ts'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { type Speech, useWords } from '../../words.tsx'
import { Section } from './section.tsx'

const TONES: Record<Address['state'], Tone> = {
  none: 'attention',
  unproven: 'attention',
  proving: 'wait',
  proven: 'good',
  failing: 'bad',
}

/** How Chatra and Planfix reach this computer: what it is now, since when it is proven, and another one. */
export function PublicAddress() {
  const words = useWords()
  const { t, say } = words
  const { publicAddress, hooksUrl, settingsFile } = useAppState()
  return (
    <>
      <Section title={t('settings.address')} intro={t('settings.address.text')}>
        <div role="status">
          <Mark tone={TONES[publicAddress.state]}>{stateText(publicAddress, words)}</Mark>
          {publicAddress.address !== null && (
            <Text ff="monospace" size="sm" mt={4} style={{ overflowWrap: 'anywhere' }}>
              {publicAddress.address}
            </Text>
          )}
        </div>
        {publicAddress.problem !== null && (
          <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} py="xs">
            {say({ key: publicAddress.problem, params: publicAddress.problemParams })}
          </Alert>
        )}
      </Section>
      <Section title={t('settings.address.own')} intro={t('settings.address.own.text')}>
        <Change current={publicAddress} disabled={!settingsFile.writable} />
        <CopyField
          label={t('settings.address.local')}
          description={t('settings.address.local.text')}
          value={hooksUrl}
        />
      </Section>
    </>
  )
}

function Change({ current, disabled }: { current: Address; disabled: boolean }) {
  const bridge = useBridge()
  const { t, say } = useWords()
  const [typed, setTyped] = useState(current.address ?? '')
  const [left, setLeft] = useState(false)
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<CallError | null>(null)
  const read = publicAddressOf(typed)
  const prove = async () => {
    setLeft(true)
    if (!read.ok) return
    setBusy(true)
    const answer = await bridge.call('setup.publicAddress', { address: typed })
    setBusy(false)
    if (!answer.ok) return setRefused(answer.error)
    // What is typed meanwhile stays.
    setTyped((now) => (now === typed ? (answer.value.address ?? now) : now))
    if (answer.value.state === 'proven') notifications.show({ message: t('settings.address.done') })
  }
  const isOther = read.ok && current.address !== null && read.address !== current.address
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void prove()
      }}
    >
      <TextInput
        label={t('settings.address.label')}
        placeholder="https://bridge.shop.example"
        value={typed}
        disabled={disabled}
        spellCheck={false}
        autoComplete="off"
        inputMode="url"
        error={refused ? say(refused.message) : left && !read.ok ? t(read.problem) : null}
        onBlur={() => setLeft(typed !== '')}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          setRefused(null)
        }}
      />
      {refused?.detail && (
        <Text size="xs" c="dimmed" mt={2}>
          {refused.detail}
        </Text>
      )}
      {isOther && (
        <Alert color="blue" variant="light" icon={<IconInfoCircle aria-hidden />} py="xs" mt="xs">
          {t('settings.address.paste-again')}
        </Alert>
      )}
      <Group mt="sm">
        <Button type="submit" loading={busy} disabled={disabled}>
          {t(isOther || current.address === null ? 'settings.address.use' : 'settings.address.prove')}
        </Button>
      </Group>
    </form>
  )
}

function stateText(address: Address, { t, moment, duration }: Speech): string {
  if (address.state !== 'proven' || address.provenAt === null)
    return t(`settings.address.state.${address.state}`)
  const age = duration(Math.max(1000, Date.now() - address.provenAt))
  return t('settings.address.state.proven-at', { time: moment(address.provenAt), age })
}
