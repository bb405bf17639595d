import { type Configuration, environmentName, PROGRAM_SECRETS } from '../../shared/config.ts'

/** Every secret value that the program was given, only for redaction. */
export function secretsIn(configuration: Configuration, environment: NodeJS.ProcessEnv): string[] {
  const values = configuration.connections.flatMap(({ id, webhookSecret }) => [
    webhookSecret,
    environment[`BRIDGE_${environmentName(id)}_CHATRA_SECRET_KEY`]?.trim(),
    environment[`BRIDGE_${environmentName(id)}_PLANFIX_TOKEN`]?.trim(),
    environment[`BRIDGE_${environmentName(id)}_PLANFIX_CHAT_TOKEN`]?.trim(),
    environment[`BRIDGE_${environmentName(id)}_PLANFIX_CHAT_SECRET`]?.trim(),
  ])
  values.push(...PROGRAM_SECRETS.map((name) => environment[`BRIDGE_${name}`]?.trim()))
  return values.filter((value) => value !== undefined && value !== '') as string[]
}
