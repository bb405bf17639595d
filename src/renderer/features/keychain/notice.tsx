import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { KeychainTrouble } from '../../../shared/api/state.ts'
import { Allowed } from '../../client/access.tsx'
import { useAppState, useClient } from '../../client/hooks.tsx'
import { IconAlertTriangle } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'

/**
 * Why the computer's keychain does not store keys, what the owner can do, and a retry. Empty while it works.
 */
export function KeychainNotice(room: { mb?: 'md' }) {
  const { keychainTrouble: trouble } = useAppState()
  const { t } = useI18n()
  const bridge = useClient()
  const [busy, setBusy] = useState(false)
  if (trouble === null) return null
  const installs = NEEDS_PACKAGES.includes(trouble.code)

  const tryAgain = async () => {
    setBusy(true)
    const answer = await bridge.call('secrets.tryAgain', {})
    setBusy(false)
    const works = answer.ok && answer.value.trouble === null
    notifications.show({ message: t(works ? 'keychain.works' : 'keychain.still') })
  }
  return (
    <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} {...room} data-keychain={trouble.code}>
      <Stack gap="xs" align="flex-start">
        <Text fw={600}>{t('keychain.title')}</Text>
        <Text size="sm">
          {t(`keychain.trouble.${trouble.code}`)} {!installs && t(`keychain.todo.${trouble.code}`)}
        </Text>
        {installs && <Install />}
        <Text size="sm">{t('keychain.meanwhile')}</Text>
        {trouble.code === 'failing' && trouble.detail !== '' && (
          <Text size="xs" c="dimmed">
            {trouble.detail}
          </Text>
        )}
        <Allowed call="secrets.tryAgain">
          <Button variant="default" loading={busy} onClick={tryAgain}>
            {t('keychain.try-again')}
          </Button>
        </Allowed>
      </Stack>
    </Alert>
  )
}

const NEEDS_PACKAGES: readonly KeychainTrouble['code'][] = ['no-library', 'no-service']

/** Operating systems by their own names, with the command for each. */
const COMMANDS = [
  ['Debian, Ubuntu, Mint', 'sudo apt install gnome-keyring libsecret-1-0'],
  ['Fedora', 'sudo dnf install gnome-keyring libsecret'],
  ['openSUSE', 'sudo zypper install gnome-keyring libsecret-1-0'],
  ['Arch, Manjaro', 'sudo pacman -S gnome-keyring libsecret'],
] as const

function Install() {
  const { t } = useI18n()
  return (
    <Stack gap={4}>
      <Text size="sm">{t('keychain.install.title')}</Text>
      {COMMANDS.map(([system, command]) => (
        <Group key={system} gap="xs">
          <Text size="sm" w="11rem">
            {system}
          </Text>
          <Code>{command}</Code>
        </Group>
      ))}
      <Text size="sm">{t('keychain.install.kde')}</Text>
    </Stack>
  )
}
