import type { Answer } from '../../../shared/api/answer.ts'
import type { setupCalls as contract, Draft } from '../../../shared/api/setup.ts'
import type { Handlers, ReadArgs } from '../../../shared/api.ts'
import { connectionIdFor, planfixAddress, publicAddressOf } from '../../../shared/fields.ts'
import { done, empty, errorAnswer, notFound } from '../responses.ts'
import { removeConnection } from '../settings/remove-connection.ts'
import { chooseOwnAddress } from '../tunnel/settings.ts'
import { checkChatra, checkPlanfix } from './access-check.ts'
import { activate, finish } from './activate.ts'
import { channelEntries, channelState, switchChannel, testChannel } from './channel.ts'
import { settingsOf } from './connection.ts'
import type { SetupContext } from './context.ts'
import { freshDraft, isUntouched, type StoredDraft } from './drafts.ts'
import { notActive, questionError } from './problems.ts'
import { progressOf } from './progress.ts'
import { scopeOf } from './scopes.ts'
import { dismissSuggestion, suggestionsNow } from './suggestions.ts'
import { sendTest } from './test-message.ts'

type Own = keyof typeof contract

/**
 * The set-up of a connection: drafts that are edited, checked against the services and finally activated.
 */
export function setupCalls(setup: SetupContext): Pick<Handlers, Own> {
  const { api: context, drafts, accounts } = setup

  const shown = async (draft: StoredDraft | null): Promise<Answer<Draft>> =>
    draft === null ? notFound() : done(await setup.view(draft))

  return {
    'setup.begin': async ({ connectionId, name }) => begin(setup, connectionId, name ?? ''),
    'setup.get': async ({ id }) => shown(await drafts.get(id)),
    'setup.save': async ({ id, ...typed }) =>
      shown(await drafts.change(id, (draft) => withTyped(draft, typed))),

    async 'setup.discard'({ id, withConnection }) {
      // The connection first: when it cannot be removed, the set-up stays.
      if (withConnection && setup.connection(id) !== null) {
        const removed = await removeConnection(context, id)
        if (!removed.ok) return removed
      }
      await drafts.remove(id)
      await setup.dropSecrets(id)
      if (setup.connection(id) === null) accounts.forget(id)
      return empty()
    },

    'setup.checkChatra': (args) => checkChatra(setup, args),
    'setup.checkPlanfix': (args) => checkPlanfix(setup, args),

    async 'setup.scope'({ id, scope }) {
      const account = await setup.account(id)
      if (!account.ok) return account
      const found = await scopeOf(account.value, scope)
      return found.ok ? done(found.value) : questionError(found.error, account.value.baseUrl)
    },

    async 'setup.choices'({ id, kind, taskTemplateId }) {
      const account = await setup.account(id)
      if (!account.ok) return account
      const choices = await accounts.choices(account.value, kind, taskTemplateId ?? null)
      if (choices.ok) return done({ choices: choices.value })
      return questionError(choices.error, account.value.baseUrl)
    },

    async 'setup.publicAddress'({ address }) {
      const reading = publicAddressOf(address)
      if (!reading.ok) return errorAnswer('invalid', reading.problem, { field: 'address' })
      const proof = await context.application.proveAddress(reading.address)
      // Saved even when the proof failed: some routers cannot route a request out and back in.
      const kept = await context.change((file) => chooseOwnAddress(file, reading.address))
      return kept.ok ? done(proof) : kept
    },

    'setup.activate': ({ id }) => activate(setup, id),
    'setup.finish': ({ id }) => finish(setup, id),

    async 'setup.scenario'({ id }) {
      const secret = setup.connection(id)?.webhookSecret
      if (secret === undefined) return notActive()
      const { publicUrl, hooksUrl } = context.application
      const base = publicUrl ?? hooksUrl
      return done({ address: `${base}/hooks/${id}/${secret}/planfix`, body: SCENARIO_BODY })
    },

    'setup.channel': ({ id }) => channelState(setup, id),
    'setup.channelEntries': ({ id }) => channelEntries(setup, id),
    'setup.channelMode': (args) => switchChannel(setup, args),
    'setup.channelTest': ({ id }) => testChannel(setup, id),

    'setup.sendTest': ({ id }) => sendTest(setup, id),

    'suggestions.get': async () => done({ suggestions: await suggestionsNow(context) }),
    async 'suggestions.dismiss'(which) {
      await dismissSuggestion(context, which)
      return empty()
    },

    async 'setup.progress'({ id }) {
      const { connections, store } = context.application
      const live = connections.get(id)
      if (!live) return setup.connection(id) || (await drafts.get(id)) ? notActive() : notFound()
      const draft = await drafts.get(id)
      return done(await progressOf(live, store, draft?.sinceSeq ?? 0))
    },
  }
}

/** Only the number: Planfix does not escape texts in the body (docs/planfix-scenario.md). */
const SCENARIO_BODY = '{"task": {{Задача.Номер}}}'

async function begin(setup: SetupContext, id: string | null, name: string): Promise<Answer<Draft>> {
  const { application } = setup.api
  const all = await setup.drafts.list()
  const sinceSeq = await application.store.latestSeq()
  const keep = async (draft: StoredDraft): Promise<Answer<Draft>> =>
    done(await setup.view(await setup.drafts.put(draft)))
  if (id === null) {
    // Opening and closing the wizard leaves no draft behind.
    const untouched = all.find((one) => !one.redo && isUntouched(one))
    if (untouched && name === '') return done(await setup.view(untouched))
    // The store knows the tasks and contacts of a removed connection: they may belong to another account.
    const before = await application.store.connectionIds()
    const taken = [...[...application.configuration.connections, ...all].map((one) => one.id), ...before]
    const fresh = freshDraft(connectionIdFor(name, taken), sinceSeq)
    return keep({ ...fresh, settings: { ...fresh.settings, name } })
  }
  const begun = all.find((one) => one.id === id)
  if (begun) return done(await setup.view(begun))
  const connection = setup.connection(id)
  if (connection === null) return notFound()
  return keep({
    id,
    redo: true,
    step: 'chatra',
    settings: settingsOf(connection),
    mode: connection.employees.length === 0 ? 'everybody' : 'selected',
    employees: connection.employees,
    // The connection uses them; if one is missing, the draft's view says so.
    checked: { chatra: 'accepted', planfix: 'accepted' },
    sinceSeq,
    activated: false,
  })
}

type Typed = Omit<ReadArgs<'setup.save'>, 'id'>

/** The typed values, stored unchanged. A changed value resets its check. */
function withTyped(
  draft: StoredDraft,
  { step, settings = draft.settings, mode, employees }: Typed,
): StoredDraft {
  const before = draft.settings
  const sameChatra =
    settings.chatra.publicKey.trim() === before.chatra.publicKey &&
    settings.chatra.baseUrl === before.chatra.baseUrl
  const address = planfixAddress(settings.planfix.baseUrl)
  const samePlanfix = address.ok && address.baseUrl === before.planfix.baseUrl
  return {
    ...draft,
    step: step ?? draft.step,
    settings: samePlanfix
      ? { ...settings, planfix: { ...settings.planfix, baseUrl: address.baseUrl } }
      : settings,
    mode: mode ?? draft.mode,
    employees: employees ?? draft.employees,
    checked: {
      chatra: sameChatra ? draft.checked.chatra : 'no',
      planfix: samePlanfix ? draft.checked.planfix : 'no',
    },
  }
}
