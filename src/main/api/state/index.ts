import type { AppState, ConnectionState, stateCalls as contract } from '../../../shared/api/state.ts'
import type { Handlers } from '../../../shared/api.ts'
import type { Connection } from '../../../shared/config.ts'
import { RECEIVED_EVENTS, type ReceivedEvents, withClient } from '../../engine/index.ts'
import type { SideState } from '../../engine/ports.ts'
import { notedSides } from '../../hosting/shared-sides.ts'
import { dayPlanOf, notedPlan } from '../../runtime/day-plans.ts'
import type { ApiContext } from '../context.ts'
import { done } from '../responses.ts'
import { keptEvents } from './kept-events.ts'
import { isUpdated } from './program-version.ts'

export const stateCalls = (context: ApiContext): Pick<Handlers, keyof typeof contract> => ({
  'state.get': async () => done(await context.state()),
  async 'events.list'({ afterId, limit }) {
    const { store } = context.application
    const events = await store.events(afterId, limit)
    return done({ events: await Promise.all(events.map((event) => withClient(store, event))) })
  },
})

/** The current data of the shell and the overview. */
export async function stateOf(context: ApiContext): Promise<AppState> {
  const { application, settings, secrets, host, version, runningDemo } = context
  const { configuration } = application
  const drafts = await context.drafts.list()
  return {
    time: application.now(),
    version,
    updated: await isUpdated(application.store, application.now()),
    host,
    language: configuration.language,
    followsBrowser: host === 'server' && configuration.followBrowser,
    theme: configuration.theme,
    hooksUrl: application.hooksUrl,
    publicAddress: application.publicAddress,
    storeFailing: application.storeFailing,
    keptEvents: keptEvents(application.store),
    storePlace: application.storePlace,
    settingsFile: { path: settings.path, writable: settings.writable },
    secretsKept: secrets.keptIn,
    keychainTrouble: secrets.trouble ?? null,
    connections: await Promise.all(configuration.connections.map((one) => connectionState(context, one))),
    waiting: context.waiting.now(),
    drafts: drafts.map((draft) => ({
      id: draft.id,
      name: draft.settings.name,
      step: draft.step,
      redo: draft.redo,
    })),
    demo: runningDemo?.pages ?? null,
    notices: context.notices(),
  }
}

async function connectionState(
  { application, host }: ApiContext,
  connection: Connection,
): Promise<ConnectionState> {
  const { id, name, enabled, planfix, employees } = connection
  const live = application.connections.get(id)
  const carriedBy = live ? null : await application.carriedBy(id)
  const noted = carriedBy === null ? null : await notedSides(application.store, id)
  const { states } = await application.store.counts(id)
  const isUnclear = states['to-planfix'].uncertain + states['to-chatra'].uncertain > 0
  const settling = isUnclear ? await application.store.settling(id, application.now() - SETTLES_MS) : 0
  const receivedEvents = (await application.store.fact<ReceivedEvents>(id, RECEIVED_EVENTS)) ?? {}
  return {
    id,
    name,
    enabled,
    keepsWhilePausedDays: connection.options.keepWhilePausedDays,
    demo: host === 'demo',
    missing: live?.missing ?? [],
    carriedBy,
    chatra: live?.chatraBreaker.state ?? noted?.chatra ?? OFF,
    planfix: live?.planfixBreaker.state ?? noted?.planfix ?? OFF,
    planfixWebUrl: planfix.webUrl,
    budget: live ? dayPlanOf(live) : await notedPlan(application.store, id, application.now()),
    counts: states,
    settling,
    heard: application.webhookTimes(id),
    receivedEvents: {
      chatStarted: receivedEvents.started ?? null,
      chatFragment: receivedEvents.fragment ?? null,
      chatTranscript: receivedEvents.transcript ?? null,
    },
    everybodyMayAnswer: employees.length === 0,
  }
}

/** As long as notifications wait: most unclear replies are settled by their echo before. */
const SETTLES_MS = 60_000

/** No calls are made for a connection that is switched off, so nothing fails. */
const OFF: SideState = { state: 'ok' }
