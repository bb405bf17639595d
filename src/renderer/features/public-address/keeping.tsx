import { Text } from '@mantine/core'
import { useSecretsKept } from '../keychain/secrets-kept.ts'
import type { SecretName } from './typed-values.ts'

/** Where typed secrets are stored. */
export function Keeping({ names }: { names: SecretName[] }) {
  const kept = useSecretsKept(names.map((name) => `BRIDGE_${VARIABLES[name]}`).join(', '))
  return (
    <Text size="xs" c="dimmed">
      {kept}
    </Text>
  )
}

const VARIABLES: Record<SecretName, string> = {
  ngrokToken: 'NGROK_TOKEN',
  sshKey: 'SSH_KEY',
  sshPassphrase: 'SSH_PASSPHRASE',
  sshPassword: 'SSH_PASSWORD',
}
