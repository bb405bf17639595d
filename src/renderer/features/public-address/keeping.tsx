import { Text } from '@mantine/core'
import { useAppState } from '../../client/hooks.tsx'
import { useI18n } from '../../i18n.tsx'
import type { SecretName } from './typed-values.ts'

/** Where typed secrets are stored. */
export function Keeping({ names }: { names: SecretName[] }) {
  const { t } = useI18n()
  const { secretsKept, keychainTrouble } = useAppState()
  const variable = names.map((name) => `BRIDGE_${VARIABLES[name]}`).join(', ')
  return (
    <Text size="xs" c="dimmed">
      {secretsKept === 'keychain'
        ? t('settings.secret.keychain')
        : keychainTrouble
          ? t('keychain.memory')
          : t('settings.secret.memory', { variable })}
    </Text>
  )
}

const VARIABLES: Record<SecretName, string> = {
  ngrokToken: 'NGROK_TOKEN',
  sshKey: 'SSH_KEY',
  sshPassphrase: 'SSH_PASSPHRASE',
  sshPassword: 'SSH_PASSWORD',
}
