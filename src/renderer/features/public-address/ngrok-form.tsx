import { Button, List, Text, TextInput } from '@mantine/core'
import { Fold } from '../../components/fold.tsx'
import { IconExternalLink } from '../../components/icons.ts'
import { useI18n } from '../../i18n.tsx'
import { Keeping } from './keeping.tsx'
import { SecretField } from './secret-field.tsx'
import type { ProviderProps } from './use-public-address.ts'

const SIGN_UP = 'https://dashboard.ngrok.com/signup'
const TOKEN_PAGE = 'https://dashboard.ngrok.com/get-started/your-authtoken'

/** Three steps from no account to an address. */
export function Ngrok({ way, field, edited, brief = false }: ProviderProps) {
  const { t } = useI18n()
  const domain = (
    <TextInput
      {...field('ngrok.domain')}
      label={t('tunnel.page.ngrok.domain')}
      description={t('tunnel.page.ngrok.domain.text')}
      placeholder="shop.ngrok-free.app"
      maxLength={500}
      autoComplete="off"
      spellCheck={false}
      value={way.typed.settings.ngrok.domain}
      onChange={(event) => {
        way.set('ngrok', { domain: event.currentTarget.value })
        edited('ngrok.domain')
      }}
    />
  )
  return (
    <>
      <List type="ordered" spacing={6} size="sm">
        <List.Item>
          {t('tunnel.page.ngrok.step-1')} <Outside href={SIGN_UP}>{t('tunnel.page.ngrok.sign-up')}</Outside>
        </List.Item>
        <List.Item>
          {t('tunnel.page.ngrok.step-2')} <Outside href={TOKEN_PAGE}>{t('tunnel.page.ngrok.open')}</Outside>
        </List.Item>
        <List.Item>{t('tunnel.page.ngrok.step-3')}</List.Item>
      </List>
      <SecretField
        way={way}
        name="ngrokToken"
        field={field('ngrokToken')}
        label={t('tunnel.page.ngrok.token')}
      />
      {brief ? (
        <Fold label={t('tunnel.page.ngrok.domain')} open={way.typed.settings.ngrok.domain !== ''}>
          {domain}
        </Fold>
      ) : (
        domain
      )}
      <Text size="xs" c="dimmed">
        {t('tunnel.provider.ngrok.text')}
      </Text>
      {!brief && <Keeping names={['ngrokToken']} />}
    </>
  )
}

const Outside = ({ href, children }: { href: string; children: string }) => (
  <Button
    component="a"
    href={href}
    target="_blank"
    rel="noreferrer"
    variant="light"
    size="compact-xs"
    rightSection={<IconExternalLink size={14} aria-hidden />}
  >
    {children}
  </Button>
)
