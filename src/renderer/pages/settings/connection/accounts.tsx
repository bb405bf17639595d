import { useI18n } from '../../../i18n.tsx'
import { TextField } from '../form.tsx'
import { Section } from '../section.tsx'
import { Secret } from './secret.tsx'

/** The two accounts: their public values as settings, their secrets to be replaced. */
export function Accounts() {
  const { t } = useI18n()
  return (
    <Section title={t('settings.accounts')} anchor="accounts" help="second-shop">
      <TextField
        path="name"
        label={t('settings.name')}
        description={t('settings.name.text')}
        maxLength={500}
      />
      <TextField
        path="chatra.publicKey"
        label={t('settings.chatra.public-key')}
        description={t('settings.chatra.public-key.text')}
        spellCheck={false}
        autoComplete="off"
      />
      <Secret kind="chatraSecretKey" besides={['chatra.publicKey', 'chatra.baseUrl']} />
      <TextField
        path="planfix.baseUrl"
        label={t('settings.planfix.address')}
        description={t('settings.planfix.address.text')}
        spellCheck={false}
        autoComplete="off"
      />
      <Secret kind="planfixToken" besides={['planfix.baseUrl']} />
    </Section>
  )
}
