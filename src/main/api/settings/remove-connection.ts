import type { Answer } from '../../../shared/api/answer.ts'
import type { ApiContext } from '../context.ts'
import { empty, notFound } from '../responses.ts'

/** Removes a connection from the settings, its secrets and its draft. Its messages stay in the log. */
export async function removeConnection(
  context: ApiContext,
  id: string,
): Promise<Answer<Record<string, never>>> {
  if (!context.settings.read().connections.some((one) => one.id === id)) return notFound()
  const changed = await context.change((file) => ({
    ...file,
    connections: (file.connections ?? []).filter((one) => one.id !== id),
  }))
  if (!changed.ok) return changed
  await context.secrets.remove(id)
  await context.drafts.remove(id)
  return empty()
}
