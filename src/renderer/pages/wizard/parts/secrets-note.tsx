import { Code, Text } from '@mantine/core'
import { environmentName } from '../../../../shared/config.ts'
import { useAppState, useCall } from '../../../client/hooks.tsx'
import { KeychainNotice } from '../../../features/keychain/notice.tsx'
import { useI18n } from '../../../i18n.tsx'
import { Note } from './note.tsx'

/**
 * Where secrets do not survive a restart, the owner must provide them at each start, as described here. On a
 * desktop it gives the reason.
 */
export function SecretsNote({ id }: { id: string }) {
  const { t } = useI18n()
  const { secretsKept, keychainTrouble } = useAppState()
  const channel = useCall('setup.channel', { id })
  if (secretsKept !== 'memory') return null
  if (keychainTrouble !== null) return <KeychainNotice />
  const names = ['CHATRA_SECRET_KEY', 'PLANFIX_TOKEN']
  if (channel.value?.mode === 'chat-api') names.push('PLANFIX_CHAT_TOKEN')
  return (
    <Note tone="attention" title={t('wizard.memory.title')}>
      <Text size="sm">{t('wizard.memory.text')}</Text>
      <Code block mt="xs">
        {names.map((name) => `BRIDGE_${environmentName(id)}_${name}`).join('\n')}
      </Code>
    </Note>
  )
}
