import type { ClientProfile, Message } from '../../shared/domain.ts'

/** The name shown for a client: given by him, else made up by Chatra, else the beginning of his id. */
export const nameOf = (profile: ClientProfile): string =>
  profile.name ?? profile.displayedName ?? profile.email ?? `Client ${profile.id.slice(0, 6)}`

/** The same for a message, as the log shows it. Null for what concerns no client: an event that could not be used. */
export function clientNameOf({
  message,
  client,
}: {
  message: Pick<Message, 'author'>
  client: { profile: ClientProfile } | null
}): string | null {
  if (client) return nameOf(client.profile)
  return message.author.kind === 'client' ? message.author.name : null
}
