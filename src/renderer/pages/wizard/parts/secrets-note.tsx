import { Code, Text } from '@mantine/core'
import { environmentName } from '../../../../shared/config.ts'
import { useAppState } from '../../../client/hooks.tsx'
import { KeychainNotice } from '../../../features/keychain/notice.tsx'
import { useI18n } from '../../../i18n.tsx'
import { Note } from './note.tsx'

/**
 * Where secrets do not survive a restart, the owner must provide them at each start, as described here. On a
 * desktop it gives the reason.
 */
export function SecretsNote({ id }: { id: string }) {
  const { t } = useI18n()
  const { secretsKept, keychainTrouble, demo } = useAppState()
  if (secretsKept !== 'memory' || demo?.connectionId === id) return null
  if (keychainTrouble !== null) return <KeychainNotice />
  const name = environmentName(id)
  return (
    <Note tone="attention" title={t('wizard.memory.title')}>
      <Text size="sm">{t('wizard.memory.text')}</Text>
      <Code block mt="xs">
        {`BRIDGE_${name}_CHATRA_SECRET_KEY\nBRIDGE_${name}_PLANFIX_TOKEN`}
      </Code>
    </Note>
  )
}
