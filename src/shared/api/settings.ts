import { z } from 'zod'
import { CLIENT_EMAIL, HISTORY, JOIN_DEVICES } from '../config.ts'
import { call, connectionId, done, language, nothing, theme, words } from './answer.ts'
import { keychainTrouble } from './state.ts'

const text = z.string().max(500)
const number = z.number()

/** Settings of the program, without `connections`. */
const generalSettings = z.strictObject({
  language,
  /** On a server: each browser shows the interface in its own language. */
  followBrowser: z.boolean(),
  theme,
  publicUrl: text.nullable(),
  retentionDays: number,
  notifications: z.strictObject({
    newChats: z.boolean(),
    unansweredMinutes: number.nullable(),
    failures: z.boolean(),
    connections: z.boolean(),
    weekly: z.boolean(),
    opens: z.enum(['window', 'planfix']),
    sound: z.boolean(),
    /** "22:00" and "07:00", local time; null = no quiet hours. */
    quiet: z.strictObject({ from: z.string().max(5), to: z.string().max(5) }).nullable(),
  }),
  startAtLogin: z.boolean(),
})
export type GeneralSettings = z.output<typeof generalSettings>

/**
 * All settings of a connection except employees and secrets. Values are as typed: they are checked when they
 * are saved, and an invalid value is returned as an error with its `field`.
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
    // Missing in drafts of older versions: they get the configuration's defaults.
    clientEmail: z.enum(CLIENT_EMAIL).default('card'),
    historyInNewTask: z.literal(HISTORY).default('link'),
    joinDevices: z.enum(JOIN_DEVICES).default('when-quiet'),
    joinAfterQuietMinutes: number.default(30),
    keepWhilePausedDays: number.default(7),
    explainInternal: z.boolean().default(true),
    replyAs: number.nullable().default(null),
  }),
})
export type ConnectionSettings = z.output<typeof connectionSettings>
/** The same schema; values with a default may be missing. */
export type GivenSettings = z.input<typeof connectionSettings>

const byId = z.strictObject({ id: connectionId })

/**
 * The webhook addresses and where to paste them. They contain the webhook secret, so a page requests them
 * only to show them.
 */
const webhookAddresses = z.object({
  chatra: z.string(),
  planfix: z.string(),
  /** False: there is no public address yet, and these addresses work on this computer only. */
  public: z.boolean(),
})

export const settingsCalls = {
  'settings.get': call(nothing, generalSettings),
  'settings.save': call(z.strictObject({ settings: generalSettings.partial() }), generalSettings),
  'connection.get': call(byId, z.object({ settings: connectionSettings, enabled: z.boolean() })),
  'connection.save': call(z.strictObject({ id: connectionId, settings: connectionSettings }), done),
  'connection.enable': call(z.strictObject({ id: connectionId, enabled: z.boolean() }), done),
  /**
   * Tries everything of the connection that waits, at once: both services, and messages that wait for their next
   * try. Resolves when the tries have begun.
   */
  'connection.tryNow': call(byId, done),
  /** Removes it with its secrets. Its messages stay in the log. */
  'connection.remove': call(byId, done),
  /** New keys are tested before they replace the old ones; null keeps the old one. */
  'connection.secrets': call(
    z.strictObject({
      id: connectionId,
      chatraSecretKey: z.string().max(500).nullable(),
      planfixToken: z.string().max(500).nullable(),
      /** Planfix's token for its Chat API. */
      planfixChatToken: z.string().max(500).nullable().default(null),
    }),
    done,
  ),
  /**
   * Checks whether the keychain works by now, and if so stores the secrets typed meanwhile in it. Null = it
   * works.
   */
  'secrets.tryAgain': call(nothing, z.object({ trouble: keychainTrouble.nullable() })),
  'connection.addresses': call(byId, webhookAddresses),
  /** Creates new addresses; the old ones stop working at once. */
  'connection.newWebhookSecret': call(byId, webhookAddresses),
  /** Returns a configuration file without secrets. */
  'settings.export': call(nothing, z.object({ name: z.string(), text: z.string() })),
  /** Parses a file and returns its contents; changes nothing. */
  'settings.readImport': call(
    z.strictObject({ text: z.string().max(2_000_000) }),
    z.object({
      problems: z.array(words),
      connections: z.array(z.object({ id: connectionId, name: z.string(), exists: z.boolean() })),
    }),
  ),
  /** Imports the named connections; an existing connection is replaced and keeps its secrets. */
  'settings.import': call(
    z.strictObject({ text: z.string().max(2_000_000), ids: z.array(connectionId).min(1) }),
    done,
  ),
} as const
