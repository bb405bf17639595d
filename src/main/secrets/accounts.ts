import { PROGRAM_SECRETS } from '../../shared/config.ts'
import { PROGRAM, type SecretName } from './environment.ts'

/** The name of a secret in the keychain's item: `<connection>/<NAME>`, of the program `/<NAME>`. */
export type Account = string

export const accountOf = (connectionId: string, name: SecretName): Account => `${connectionId}/${name}`

export function partsOf(account: Account): [connectionId: string, name: SecretName] {
  const [id = '', name = ''] = account.split('/')
  return [id, name as SecretName]
}

/** Secrets that the owner has elsewhere too, and can type again. */
export const KEYS = ['CHATRA_SECRET_KEY', 'PLANFIX_TOKEN', 'PLANFIX_CHAT_TOKEN'] as const
export const isKey = (account: Account): boolean => KEYS.some((name) => name === partsOf(account)[1])

const OF_CONNECTION = [...KEYS, 'WEBHOOK_SECRET', 'PLANFIX_CHAT_SECRET'] as const

/** Of all secrets that a connection, or the program, may have. */
export const accountsOf = (connectionId: string): Account[] =>
  (connectionId === PROGRAM ? PROGRAM_SECRETS : OF_CONNECTION).map((name) => accountOf(connectionId, name))
