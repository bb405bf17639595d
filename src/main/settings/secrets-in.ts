import { type Configuration, environmentName, PROGRAM_SECRETS } from '../../shared/config.ts'
import { secretFrom } from '../process/secret-variable.ts'

const OF_A_CONNECTION = ['CHATRA_SECRET_KEY', 'PLANFIX_TOKEN', 'PLANFIX_CHAT_TOKEN', 'PLANFIX_CHAT_SECRET']

/** Every secret value that the program was given, only for redaction. */
export function secretsIn({ connections }: Configuration, environment: NodeJS.ProcessEnv): string[] {
  const variables = [
    ...connections.flatMap(({ id }) =>
      OF_A_CONNECTION.map((name) => `BRIDGE_${environmentName(id)}_${name}`),
    ),
    ...PROGRAM_SECRETS.map((name) => `BRIDGE_${name}`),
  ]
  const values = [
    ...connections.map(({ webhookSecret }) => webhookSecret),
    ...variables.map((variable) => secretFrom(environment, variable)),
  ]
  return values.filter((value) => typeof value === 'string' && value !== '') as string[]
}
