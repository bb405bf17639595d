import { Button, Group, Input, NumberInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAppState } from '../../client/hooks.tsx'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { CopyField } from '../../components/form/copy-field.tsx'
import { useI18n } from '../../i18n.tsx'
import { HostKey } from './host-key.tsx'
import { Keeping } from './keeping.tsx'
import { Ngrok } from './ngrok-form.tsx'
import { SecretField } from './secret-field.tsx'
import { isPaired, pairs } from './typed-values.ts'
import type { ProviderProps } from './use-public-address.ts'

/** The description and the inputs of the chosen provider. */
export function ProviderForm(props: ProviderProps) {
  const { t } = useI18n()
  const { provider } = props.way.typed.settings
  return (
    <Stack gap="md" key={`${provider}-${props.way.round}`}>
      {provider !== 'ngrok' && (
        <Text size="sm">
          {provider === 'none' ? t('tunnel.page.none.text') : t(`tunnel.provider.${provider}.text`)}
        </Text>
      )}
      {provider === 'own' && <Own {...props} />}
      {provider === 'ngrok' && <Ngrok {...props} />}
      {provider === 'ssh' && <Ssh {...props} />}
      {provider === 'relay' && <Relay {...props} />}
    </Stack>
  )
}

const plain = { autoComplete: 'off', spellCheck: false } as const

function Own({ way, field, edited }: ProviderProps) {
  const { t } = useI18n()
  const { hooksUrl } = useAppState()
  return (
    <>
      <TextInput
        {...plain}
        {...field('own.address')}
        label={t('tunnel.page.own.address')}
        placeholder="https://bridge.shop.example"
        inputMode="url"
        value={way.typed.settings.own.address}
        onChange={(event) => {
          way.set('own', { address: event.currentTarget.value })
          edited('own.address')
        }}
      />
      <CopyField
        label={t('settings.address.local')}
        description={t('settings.address.local.text')}
        value={hooksUrl}
      />
    </>
  )
}

function Ssh({ way, field, edited, disabled }: ProviderProps) {
  const { t } = useI18n()
  const { saved, typed } = way
  const { ssh } = typed.settings
  const [login, setLogin] = useState<'key' | 'password'>(
    (saved.has.sshPassword && !saved.has.sshKey) || typed.secrets.sshPassword ? 'password' : 'key',
  )
  /** Nothing is known about another server yet. */
  const { host, port: at } = saved.settings.ssh
  const isSaved = host !== '' && host === ssh.host && at === ssh.port
  const text = (name: 'host' | 'user' | 'publicUrl' | 'remoteHost') => ({
    ...plain,
    ...field(`ssh.${name}`),
    label: t(`tunnel.page.ssh.${name}`),
    value: ssh[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      way.set('ssh', { [name]: event.currentTarget.value })
      edited(`ssh.${name}`)
    },
  })
  const port = (name: 'port' | 'remotePort') => ({
    ...field(`ssh.${name}`),
    label: t(`tunnel.page.ssh.${name}`),
    value: Number.isNaN(ssh[name]) ? '' : ssh[name],
    allowDecimal: false,
    allowNegative: false,
    hideControls: true,
    onChange: (value: number | string) => {
      way.set('ssh', { [name]: value === '' ? Number.NaN : Number(value) })
      edited(`ssh.${name}`)
    },
  })
  return (
    <>
      <Group align="flex-start" gap="sm" wrap="nowrap">
        <TextInput {...text('host')} placeholder="server.example" maxLength={500} flex={1} />
        <NumberInput {...port('port')} w="6rem" />
        <TextInput {...text('user')} maxLength={500} w="11rem" />
      </Group>
      <Input.Wrapper label={t('tunnel.page.ssh.login')} labelElement="div">
        <div>
          <SegmentedControl
            mt={4}
            aria-label={t('tunnel.page.ssh.login')}
            value={login}
            disabled={disabled}
            onChange={(value) => setLogin(value as 'key' | 'password')}
            data={(['key', 'password'] as const).map((value) => ({
              value,
              label: t(`tunnel.page.ssh.login.${value}`),
            }))}
          />
        </div>
      </Input.Wrapper>
      {login === 'key' ? (
        <>
          <SecretField
            way={way}
            name="sshKey"
            field={field('sshKey')}
            label={t('tunnel.page.ssh.key')}
            description={t('tunnel.page.ssh.key.text')}
            optional
            lines
          />
          <SecretField
            way={way}
            name="sshPassphrase"
            field={field('sshPassphrase')}
            label={t('tunnel.page.ssh.passphrase')}
            optional
          />
        </>
      ) : (
        <SecretField
          way={way}
          name="sshPassword"
          field={field('sshPassword')}
          label={t('tunnel.page.ssh.password')}
          optional
        />
      )}
      <TextInput
        {...text('publicUrl')}
        description={t('tunnel.page.ssh.publicUrl.text')}
        placeholder="https://bridge.shop.example"
        inputMode="url"
      />
      <Group align="flex-start" gap="sm" wrap="nowrap">
        <NumberInput {...port('remotePort')} description={t('tunnel.page.ssh.remotePort.text')} flex={1} />
        <TextInput
          {...text('remoteHost')}
          description={t('tunnel.page.ssh.remoteHost.text')}
          maxLength={500}
          flex={1}
        />
      </Group>
      <Keeping names={login === 'key' ? ['sshKey', 'sshPassphrase'] : ['sshPassword']} />
      {isSaved && <HostKey hostKey={saved.hostKey} disabled={disabled} trust={way.trust} />}
    </>
  )
}

function Relay({ way, field, edited, disabled, pair }: ProviderProps) {
  const { t } = useI18n()
  const { typed, saved } = way
  if (isPaired(saved) && !pairs(typed, saved)) {
    return (
      <Group gap="sm">
        <StatusBadge tone="good">
          {t('tunnel.page.relay.paired', { url: saved.settings.relay.url })}
        </StatusBadge>
        <Button variant="default" disabled={disabled} onClick={() => way.setRelay({ again: true })}>
          {t('tunnel.page.relay.again')}
        </Button>
      </Group>
    )
  }
  return (
    <>
      <TextInput
        {...plain}
        {...field('relay.url')}
        label={t('tunnel.page.relay.url')}
        placeholder="https://relay.shop.example"
        inputMode="url"
        value={typed.settings.relay.url}
        onChange={(event) => {
          way.set('relay', { url: event.currentTarget.value })
          edited('relay.url')
        }}
      />
      <TextInput
        {...plain}
        {...field('code')}
        label={t('tunnel.page.relay.code')}
        description={t('tunnel.page.relay.code.text')}
        placeholder="0000-0000-0000-0000-0000-0000-0000"
        maxLength={100}
        value={typed.relay.code}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        onChange={(event) => {
          way.setRelay({ code: event.currentTarget.value })
          edited('code')
        }}
      />
      {pair && (
        <Group>
          <Button variant="default" disabled={disabled} loading={pair.busy} onClick={pair.run}>
            {t('tunnel.page.relay.pair')}
          </Button>
        </Group>
      )}
    </>
  )
}
