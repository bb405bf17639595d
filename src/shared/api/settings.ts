import { z } from 'zod'
import { CLIENT_EMAIL, HISTORY, JOIN_DEVICES } from '../config.ts'
import { call, connectionId, done, language, nothing, theme, words } from './answer.ts'
import { keychainTrouble } from './state.ts'

const text = z.string().max(500)
const number = z.number()

/** Settings of the program; those of `connections` are apart. */
export const generalSettings = z.strictObject({
  language,
  theme,
  publicUrl: text.nullable(),
  retentionDays: number,
  notifications: z.strictObject({
    newChats: z.boolean(),
    failures: z.boolean(),
    connections: z.boolean(),
    opens: z.enum(['window', 'planfix']),
    /** "22:00" and "07:00", the computer's time; null = never quiet. */
    quiet: z.strictObject({ from: z.string().max(5), to: z.string().max(5) }).nullable(),
  }),
  startAtLogin: z.boolean(),
})
export type GeneralSettings = z.output<typeof generalSettings>

/**
 * Everything the owner can choose for a connection but its employees and secrets. Values are as typed: they are checked
 * when they are saved, and a wrong one comes back as an error with its `field`.
 */
export const connectionSettings = z.strictObject({
  name: text,
  chatra: z.strictObject({
    baseUrl: text,
    publicKey: text,
    agent: z.strictObject({ email: text, name: text }),
  }),
  planfix: z.strictObject({
    baseUrl: text,
    webUrl: text,
    taskTemplateId: number.nullable(),
    contactTemplateId: number.nullable(),
    clientEmailField: number.nullable().default(null),
    /** `user:7`, `contact:7`, `group:7` */
    participants: z.array(text).max(100),
    pollSeconds: number,
    requestsPerSecond: number,
    visitDataTag: z
      .strictObject({
        id: number,
        fields: z.strictObject({ os: number.optional(), browser: number.optional(), ip: number.optional() }),
      })
      .nullable(),
  }),
  options: z.strictObject({
    newTaskWhenNoneActive: z.boolean(),
    sendAsEmployee: z.boolean(),
    completeWhenClientLeaves: z.boolean(),
    leaveAfterMinutes: number,
    completedStatusId: number.nullable(),
    sendOnlyWhenClientIsRecipient: z.boolean(),
    mirrorChatraReplies: z.boolean(),
    // Unknown to drafts that an older program began: they get what the configuration would give them.
    clientEmail: z.enum(CLIENT_EMAIL).default('card'),
    historyInNewTask: z.literal(HISTORY).default('link'),
    joinDevices: z.enum(JOIN_DEVICES).default('when-quiet'),
    joinAfterQuietMinutes: number.default(30),
    keepWhilePausedDays: number.default(7),
  }),
})
export type ConnectionSettings = z.output<typeof connectionSettings>
/** The same where what has a default may be missing. */
export type GivenSettings = z.input<typeof connectionSettings>

const byId = z.strictObject({ id: connectionId })

/** Where to paste what: they hold the webhook secret, so they are asked for only where they are shown. */
export const webhookAddresses = z.object({
  chatra: z.string(),
  planfix: z.string(),
  /** False: there is no public address yet, these lead to this computer only. */
  public: z.boolean(),
})

export const settingsCalls = {
  'settings.get': call(nothing, generalSettings),
  'settings.save': call(z.strictObject({ settings: generalSettings.partial() }), generalSettings),
  'connection.get': call(byId, z.object({ settings: connectionSettings, enabled: z.boolean() })),
  'connection.save': call(z.strictObject({ id: connectionId, settings: connectionSettings }), done),
  'connection.enable': call(z.strictObject({ id: connectionId, enabled: z.boolean() }), done),
  /** With its secrets. Its messages stay in the log. */
  'connection.remove': call(byId, done),
  /** New keys are tried before they replace the old ones; null leaves one as it is. */
  'connection.secrets': call(
    z.strictObject({
      id: connectionId,
      chatraSecretKey: z.string().max(500).nullable(),
      planfixToken: z.string().max(500).nullable(),
    }),
    done,
  ),
  /** Whether the keychain of the computer works by now; what was typed since is put into it then. Null = it does. */
  'secrets.tryAgain': call(nothing, z.object({ trouble: keychainTrouble.nullable() })),
  'connection.addresses': call(byId, webhookAddresses),
  /** The old addresses stop working at once. */
  'connection.newWebhookSecret': call(byId, webhookAddresses),
  /** A configuration file without secrets. */
  'settings.export': call(nothing, z.object({ name: z.string(), text: z.string() })),
  /** What is in a file, before anything is done with it. */
  'settings.readImport': call(
    z.strictObject({ text: z.string().max(2_000_000) }),
    z.object({
      problems: z.array(words),
      connections: z.array(z.object({ id: connectionId, name: z.string(), exists: z.boolean() })),
    }),
  ),
  /** Takes over the named connections; one that exists is replaced and keeps its secrets. */
  'settings.import': call(
    z.strictObject({ text: z.string().max(2_000_000), ids: z.array(connectionId).min(1) }),
    done,
  ),
} as const
