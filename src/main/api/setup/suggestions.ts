import type { Suggestion } from '../../../shared/api/setup.ts'
import { CHAT_EVENTS, type ConnectionState } from '../../../shared/api/state.ts'
import type { ApiContext } from '../context.ts'
import { stateOf } from '../state/index.ts'

type Named = Pick<Suggestion, 'connectionId' | 'kind'>

/** Name of the fact: what the owner does not want to see again. */
const DISMISSED = 'dismissedSuggestions'
const keyOf = ({ connectionId, kind }: Named) => `${connectionId ?? ''}:${kind}`

/** What the owner could still do; not for a connection whose set-up is not finished. */
export async function suggestionsNow(context: ApiContext): Promise<Suggestion[]> {
  const state = await stateOf(context)
  const begun = new Set(state.drafts.map(({ id }) => id))
  const all = state.connections
    .filter(({ id, enabled, demo }) => enabled && !demo && !begun.has(id))
    .flatMap((one) => forConnection(one, hasScenario(context, one)))
  const login = context.desktop?.login()
  if (login && !login.starts && login.why !== 'development' && all.length > 0)
    all.push({ connectionId: null, kind: 'start-at-login', missing: [] })
  const dismissed = new Set(await dismissedKeys(context))
  return all.filter((one) => !dismissed.has(keyOf(one)))
}

/** Hides a suggestion for good. */
export async function dismissSuggestion(context: ApiContext, which: Named): Promise<void> {
  const value = [...new Set([...(await dismissedKeys(context)), keyOf(which)])]
  await context.application.store.commit([{ type: 'fact.set', connectionId: '', key: DISMISSED, value }])
}

const dismissedKeys = async ({ application }: ApiContext): Promise<string[]> =>
  (await application.store.fact<string[]>('', DISMISSED)) ?? []

/** Pure. `repliesAtOnce`: Planfix notifies the bridge by itself. */
function forConnection(
  {
    id,
    receivedEvents,
    everybodyMayAnswer,
  }: Pick<ConnectionState, 'id' | 'receivedEvents' | 'everybodyMayAnswer'>,
  repliesAtOnce: boolean,
): Suggestion[] {
  const suggestions: Suggestion[] = []
  const missing = CHAT_EVENTS.filter((name) => receivedEvents[name] === null)
  // Nothing at all is not a suggestion: the overview says that no chat arrives.
  if (missing.length > 0 && missing.length < CHAT_EVENTS.length)
    suggestions.push({ connectionId: id, kind: 'webhooks', missing })
  if (!repliesAtOnce) suggestions.push({ connectionId: id, kind: 'instant-replies', missing: [] })
  if (everybodyMayAnswer) suggestions.push({ connectionId: id, kind: 'employees', missing: [] })
  return suggestions
}

/** By Planfix's Chat API, or by a scenario that has called before. */
const hasScenario = ({ application }: ApiContext, { id, heard }: ConnectionState): boolean =>
  heard.planfix !== null ||
  application.configuration.connections.find((one) => one.id === id)?.planfix.channel.mode === 'chat-api'
