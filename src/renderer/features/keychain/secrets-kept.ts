import { useAppState } from '../../client/hooks.tsx'
import { useI18n } from '../../i18n.tsx'

/** Where a secret that is typed here is stored. `variable`: the environment variable that also gives it. */
export function useSecretsKept(variable: string): string {
  const { t } = useI18n()
  const { secretsKept, keychainTrouble } = useAppState()
  if (secretsKept !== 'memory') return t(`settings.secret.${secretsKept}`)
  return keychainTrouble ? t('keychain.memory') : t('settings.secret.memory', { variable })
}
