import type { Answer } from '../../../shared/api/answer.ts'
import type { settingsCalls as contract, GeneralSettings } from '../../../shared/api/settings.ts'
import type { Handlers, ReadArgs, Value } from '../../../shared/api.ts'
import type { Configuration, Connection } from '../../../shared/config.ts'
import { publicAddressOf } from '../../../shared/fields.ts'
import { exportable } from '../../settings/export.ts'
import type { ApiContext } from '../context.ts'
import { done, emptied, empty, errorAnswer, notFound } from '../responses.ts'
import { connectionInFile, newWebhookSecret, settingsOf, withSettings } from '../setup/connection.ts'
import { withOwnAddress } from '../tunnel/settings.ts'
import { readImport, takeOver } from './import.ts'
import { removeConnection } from './remove-connection.ts'
import { refuseKeys } from './secrets.ts'

type Addresses = Value<'connection.addresses'>

/** Settings of the program and of its connections. */
export function settingsCalls(context: ApiContext): Pick<Handlers, keyof typeof contract> {
  const { application, settings, secrets } = context
  const connection = (id: string): Connection | null =>
    application.configuration.connections.find((one) => one.id === id) ?? null

  return {
    'settings.get': async () => done(generalOf(application.configuration)),

    async 'settings.save'({ settings: given }) {
      const wanted = inFile(given)
      if (!wanted.ok) return wanted
      const { publicUrl, ...rest } = wanted.value
      const saved = await context.change((file) => {
        const next = { ...file, ...rest }
        return publicUrl === undefined ? next : withOwnAddress(next, publicUrl)
      })
      return saved.ok ? done(generalOf(saved.value)) : saved
    },

    async 'connection.get'({ id }) {
      const found = connection(id)
      return found ? done({ settings: settingsOf(found), enabled: found.enabled }) : notFound()
    },

    async 'connection.save'({ id, settings: wanted }) {
      return emptied(
        await context.changeConnection(id, (one) => withSettings(one, connectionInFile(id, wanted))),
      )
    },

    async 'connection.enable'({ id, enabled }) {
      return emptied(await context.changeConnection(id, (one) => ({ ...one, enabled })))
    },

    'connection.tryNow': async ({ id }) => ((await application.tryNow(id)) ? empty() : notFound()),

    'connection.remove': ({ id }) => removeConnection(context, id),

    async 'connection.secrets'({ id, chatraSecretKey, planfixToken, planfixChatToken }) {
      const found = connection(id)
      if (!found) return notFound()
      const keys = {
        chatra: chatraSecretKey?.trim() ?? null,
        planfix: planfixToken?.trim() ?? null,
        chat: planfixChatToken?.trim() ?? null,
      }
      const refused = await refuseKeys(found, keys, application.connections.get(id)?.planfix.rateLimiter)
      if (refused) return refused
      if (keys.chatra !== null) await secrets.set(id, 'CHATRA_SECRET_KEY', keys.chatra)
      if (keys.planfix !== null) await secrets.set(id, 'PLANFIX_TOKEN', keys.planfix)
      if (keys.chat !== null) await secrets.set(id, 'PLANFIX_CHAT_TOKEN', keys.chat)
      await context.apply()
      // Without a keychain a key of a connection opens the secrets sealed with it, including the relay's key.
      if (secrets.trouble && application.publicAddress.needsOwner) application.reopenPublicAddress()
      return empty()
    },

    'secrets.tryAgain': async () => done({ trouble: (await secrets.tryAgain?.()) ?? null }),

    'connection.addresses': async ({ id }) => addressesOf(context, connection(id)),

    async 'connection.newWebhookSecret'({ id }) {
      const webhookSecret = newWebhookSecret()
      const changed = await context.changeConnection(id, (one) => ({ ...one, webhookSecret }))
      return changed.ok ? addressesOf(context, connection(id)) : changed
    },

    async 'settings.export'() {
      const text = `${JSON.stringify(exportable(settings.read()), null, 2)}\n`
      return done({ name: 'chatra-planfix-bridge.json', text })
    },

    async 'settings.readImport'({ text }) {
      const { problems, connections } = readImport(text, application.configuration.language)
      const exists = (id: string) => settings.read().connections.some((one) => one.id === id)
      return done({ problems, connections: connections.map((one) => ({ ...one, exists: exists(one.id) })) })
    },

    async 'settings.import'({ text, ids }) {
      const { problems, connections, raw } = readImport(text, application.configuration.language)
      const [problem] = problems
      if (problem) return errorAnswer('invalid', problem.key, { params: problem.params })
      if (ids.some((id) => !connections.some((one) => one.id === id))) return notFound()
      return emptied(await context.change((file) => takeOver(file, raw, ids)))
    },
  }
}

const generalOf = (configuration: Configuration): GeneralSettings => ({
  language: configuration.language,
  followBrowser: configuration.followBrowser,
  theme: configuration.theme,
  publicUrl: configuration.publicUrl,
  retentionDays: configuration.retentionDays,
  notifications: configuration.notifications,
  startAtLogin: configuration.startAtLogin,
})

/** The given values, in the format of the file. The public address may be any pasted one; empty = none. */
function inFile(
  given: ReadArgs<'settings.save'>['settings'],
): Answer<Record<string, unknown> & { publicUrl?: string | null }> {
  const { publicUrl: typed, ...rest } = given
  const named = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  if (typed === undefined) return done(named)
  if (typed === null || typed.trim() === '') return done({ ...named, publicUrl: null })
  const reading = publicAddressOf(typed)
  return reading.ok
    ? done({ ...named, publicUrl: reading.address })
    : errorAnswer('invalid', reading.problem, { field: 'publicUrl' })
}

function addressesOf({ application }: ApiContext, connection: Connection | null): Answer<Addresses> {
  if (!connection) return notFound()
  const { id, webhookSecret } = connection
  if (webhookSecret === undefined) return errorAnswer('conflict', 'settings.problem.no-webhook-secret')
  const { publicUrl } = application
  const base = `${publicUrl ?? application.hooksUrl}/hooks/${id}/${webhookSecret}`
  return done({ chatra: `${base}/chatra`, planfix: `${base}/planfix`, public: publicUrl !== null })
}
