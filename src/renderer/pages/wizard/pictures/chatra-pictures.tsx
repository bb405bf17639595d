import { CHAT_EVENTS } from '../../../../shared/api/state.ts'
import { useI18n } from '../../../i18n.tsx'
import { Box, Click, Heading, Push, Screen } from './screen.tsx'

/** Where Chatra shows its keys (contracts/chatra.md §1). */
export function ChatraKeysPicture() {
  const { t } = useI18n()
  return (
    <Screen
      label={t('wizard.chatra.figure')}
      program="Chatra"
      menu={[
        { text: t('wizard.picture.settings'), click: 1 },
        { text: t('wizard.picture.preferences'), inside: true, click: 2 },
        { text: t('wizard.picture.integrations'), inside: true },
      ]}
      lines={3}
    >
      <Heading row={0}>{t('wizard.picture.api-keys')}</Heading>
      <Box row={1} name={t('wizard.picture.public-key')} value="kT3mQx8sLw2vRbN9a" click={3} />
      <Box row={2} name={t('wizard.picture.secret-key')} value="••••••••••••••••••" click={4} />
    </Screen>
  )
}

/** Where Chatra's three addresses are pasted (contracts/chatra.md §4.1). */
export function ChatraWebhooksPicture() {
  const { t } = useI18n()
  return (
    <Screen
      label={t('wizard.webhooks.figure')}
      program="Chatra"
      menu={[
        { text: t('wizard.picture.settings'), click: 1 },
        { text: t('wizard.picture.preferences'), inside: true },
        { text: t('wizard.picture.integrations'), inside: true, click: 2 },
      ]}
      lines={5}
    >
      <Heading row={0}>{t('wizard.picture.webhooks')}</Heading>
      {CHAT_EVENTS.map((name, index) => (
        <Box key={name} row={index + 1} name={name} value="https://…/chatra" />
      ))}
      <Click number={3} x={238} y={53} />
      <Push row={4} click={4}>
        {t('wizard.picture.enable')}
      </Push>
    </Screen>
  )
}
