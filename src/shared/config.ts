import { z } from 'zod'
import { LANGUAGES } from './languages.ts'
import { address, isLoopback } from './setup/address.ts'

/**
 * The configuration file (docs/architecture.md, "Configuration"). Unknown keys are refused with their path;
 * every key except ids, keys and addresses has a default. It contains no keys or tokens: they come from the
 * keychain or, on a server, from the environment.
 */

export { address, isLoopback }

/** Allowed ranges of the configuration's numbers, both ends included. */
export const LIMITS = {
  retentionDays: [1, 3650],
  leaveAfterMinutes: [0.01, 10_080],
  joinAfterQuietMinutes: [1, 1440],
  keepWhilePausedDays: [0, 90],
  pollSeconds: [1, 3600],
  requestsPerSecond: [0.1, 1000],
} as const
const limited = (name: keyof typeof LIMITS) => {
  const [min, max] = LIMITS[name]
  return z.number().min(min).max(max)
}

const userId = z
  .string()
  .regex(/^(user:)?\d+$/, 'must look like "user:5"')
  .transform((text) => Number(text.replace('user:', '')))
const participant = z
  .string()
  .regex(/^(user|contact|group):\d+$/, 'must look like "user:7", "contact:7" or "group:7"')
const id = z.number().int().positive()

const employee = z.strictObject({
  planfixUserId: userId,
  email: z.email().nullable().default(null),
  name: z.string().nullable().default(null),
  /** Chosen by hand; null = matched by e-mail. */
  chatraAgentId: z.string().min(1).nullable().default(null),
  allowed: z.boolean().default(true),
})

/**
 * When a second device that gave the same typed e-mail address joins the conversation of that card: `always`;
 * `when-quiet` = when a second particular agrees or the other device has been quiet for
 * `joinAfterQuietMinutes`; `vouched` = only when the site vouches for the identity. Devices with a vouched
 * identity join in every case (F13).
 */
export const JOIN_DEVICES = ['always', 'when-quiet', 'vouched'] as const

/**
 * What the new task of a returning client contains of the previous task: a link, or the link and this number
 * of its last messages, as Planfix's own channels do.
 */
export const HISTORY = ['link', 5, 10, 20] as const

/**
 * Where a client's e-mail is stored: in the card's e-mail field, where Planfix itself mails each comment that
 * notifies the client (contracts/planfix.md §7), in a text field of the card (`planfix.clientEmailField`), or
 * as a line in the card's description.
 */
export const CLIENT_EMAIL = ['card', 'field', 'description'] as const

const options = z.strictObject({
  clientEmail: z.enum(CLIENT_EMAIL).default('card'),
  newTaskWhenNoneActive: z.boolean().default(true),
  historyInNewTask: z.literal(HISTORY).default('link'),
  sendAsEmployee: z.boolean().default(false),
  completeWhenClientLeaves: z.boolean().default(true),
  leaveAfterMinutes: limited('leaveAfterMinutes').default(10),
  completedStatusId: id.nullable().default(null),
  sendOnlyWhenClientIsRecipient: z.boolean().default(true),
  mirrorChatraReplies: z.boolean().default(true),
  /** The first comment of an employee that stays inside in a conversation is answered with a note that explains why. */
  explainInternal: z.boolean().default(true),
  joinDevices: z.enum(JOIN_DEVICES).default('when-quiet'),
  joinAfterQuietMinutes: limited('joinAfterQuietMinutes').default(30),
  /**
   * Days for which messages are kept for delivery while the connection is disabled; 0 = they are not kept.
   */
  keepWhilePausedDays: limited('keepWhilePausedDays').default(7),
  /** The employee as whom the owner replies in a notification; null = notifications have no reply field. */
  replyAs: id.nullable().default(null),
})

/** How messages reach Planfix: by its REST interface, or by its Chat API (contracts/planfix-chat.md). */
export const CHANNEL_MODES = ['rest', 'chat-api'] as const
export type ChannelMode = (typeof CHANNEL_MODES)[number]

const channel = z.strictObject({
  mode: z.enum(CHANNEL_MODES).default('rest'),
  /** Tells apart several chats of one account; the owner enters it in Planfix. Default: `chatra-<connection id>`. */
  providerId: z
    .string()
    .regex(/^[^~\s]{1,100}$/, 'must have no "~" and no spaces')
    .optional(),
  /** Planfix's address for chats. Default: `{webUrl}/webchat/api`. */
  url: address.optional(),
  /** Author in Planfix of what agents who are no employees there write in Chatra; null = Planfix's own setting. */
  echoAuthorEmail: z.email().nullable().default(null),
})

const connection = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/i, 'letters, digits, - and _ only'),
    name: z.string().trim().min(1).max(100).optional(),
    enabled: z.boolean().default(true),
    chatra: z.strictObject({
      baseUrl: address.default('https://app.chatra.io/api'),
      publicKey: z
        .string()
        .trim()
        .regex(/^[\w-]+$/, 'letters, digits, - and _ only'),
      agent: z
        .strictObject({ email: z.email(), name: z.string().trim().min(1).max(100).optional() })
        .optional(),
    }),
    planfix: z.strictObject({
      baseUrl: address,
      webUrl: address.optional(),
      taskTemplateId: id.nullable().default(null),
      contactTemplateId: id.nullable().default(null),
      /** Number of a custom field of contacts (line or text), for `clientEmail: "field"`. */
      clientEmailField: id.nullable().default(null),
      participants: z.array(participant).default([]),
      pollSeconds: limited('pollSeconds').default(5),
      requestsPerSecond: limited('requestsPerSecond').default(1),
      channel: channel.prefault({}),
      visitDataTag: z
        .strictObject({
          id,
          fields: z.strictObject({ os: id.optional(), browser: id.optional(), ip: id.optional() }),
        })
        .nullable()
        .default(null),
    }),
    employees: z.array(employee).default([]),
    options: options.prefault({}),
    webhookSecret: z
      .string()
      .regex(/^[\w~.-]{22,200}$/, 'must be at least 22 URL-safe characters')
      .optional(),
  })
  .superRefine(({ options, planfix }, context) => {
    if (options.clientEmail !== 'field' || planfix.clientEmailField !== null) return
    context.addIssue({
      code: 'custom',
      path: ['planfix', 'clientEmailField'],
      message: 'must be the number of a text field of contacts with options.clientEmail "field"',
      params: { problem: 'empty' },
    })
  })
  .transform((input) => {
    const name = input.name ?? input.id
    const looksLikeSite = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name)
    const agent = {
      email:
        input.chatra.agent?.email ??
        (looksLikeSite ? `bridge@${name.toLowerCase()}` : `${input.id.toLowerCase()}@planfix-bridge.invalid`),
      name: input.chatra.agent?.name ?? name,
    }
    const webUrl = input.planfix.webUrl ?? input.planfix.baseUrl.replace(/\/rest$/, '')
    const channel = {
      ...input.planfix.channel,
      providerId: input.planfix.channel.providerId ?? `chatra-${input.id}`,
      url: input.planfix.channel.url ?? `${webUrl}/webchat/api`,
    }
    return {
      ...input,
      name,
      chatra: { ...input.chatra, agent },
      planfix: { ...input.planfix, webUrl, channel },
    }
  })

/** "22:00", local time. */
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day like "22:00"')

/** Which notifications the desktop shows. */
const notifications = z.strictObject({
  newChats: z.boolean().default(true),
  /** A client's message that nobody has answered for so many minutes; null = no such notification. */
  unansweredMinutes: z.number().int().min(1).max(1440).nullable().default(15),
  failures: z.boolean().default(true),
  /** A connection stopped, or works again. */
  connections: z.boolean().default(true),
  /** Where a click on a new chat leads: our window, or the task in Planfix. */
  opens: z.enum(['window', 'planfix']).default('window'),
  /** On Mondays a summary of the last week; on a server it is among the events. */
  weekly: z.boolean().default(true),
  /** With the system's sound. */
  sound: z.boolean().default(true),
  /** No notifications between these times; null = no quiet hours. */
  quiet: z.strictObject({ from: timeOfDay, to: timeOfDay }).nullable().default(null),
})

const hostName = z.string().regex(/^[^\s/@?#]{1,253}$/, 'must be the name or number of a computer')
const portNumber = (least: 0 | 1) => z.number().int().min(least).max(65_535)

/** How the receiver gets an address that Chatra can reach. Contains no keys, passwords or tokens. */
const tunnel = z
  .strictObject({
    /**
     * `own` = `publicUrl`, which the owner forwards to the receiver. Settings of unused providers are kept.
     */
    provider: z.enum(['none', 'own', 'ngrok', 'ssh', 'relay']),
    /** `domain`: a domain reserved for the account; null = the one that ngrok assigns. */
    ngrok: z.strictObject({ domain: hostName.nullable().default(null) }).optional(),
    ssh: z
      .strictObject({
        host: hostName,
        port: portNumber(1).default(22),
        user: z.string().trim().min(1).max(100),
        /**
         * The server's listening address: null = the server's default (`localhost`); some services take a
         * name here.
         */
        remoteHost: hostName.nullable().default(null),
        /** 0 = any free port. */
        remotePort: portNumber(0).default(0),
        /** The external address of the remote port; null = the server prints it. */
        publicUrl: address.nullable().default(null),
        /** `SHA256:…` of the server's key; null = accept the key of the first connection. */
        hostKey: z
          .string()
          .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must look like "SHA256:…" as ssh-keygen -l prints it')
          .nullable()
          .default(null),
      })
      .optional(),
    relay: z
      .strictObject({ url: address, deviceId: z.string().min(1).max(200).nullable().default(null) })
      .optional(),
  })
  .superRefine(({ provider, ssh, relay }, context) => {
    const missing = provider === 'ssh' && !ssh ? 'ssh' : provider === 'relay' && !relay ? 'relay' : null
    if (missing === null) return
    context.addIssue({
      code: 'custom',
      path: [missing],
      message: `must be there with the provider "${provider}"`,
      params: { problem: 'empty' },
    })
  })
export type TunnelConfiguration = z.output<typeof tunnel>

export const configuration = z
  .strictObject({
    /** The owner's public address of the receiver, if there is one. */
    publicUrl: address.nullable().default(null),
    /** Default: `own` when there is a `publicUrl`, else `none`. */
    tunnel: tunnel.optional(),
    /** Days after which log lines and payloads are deleted. */
    retentionDays: limited('retentionDays').int().default(90),
    /** Of notes and texts in Planfix, notifications and menus, and of the interface; default: English. */
    language: z.enum(LANGUAGES).optional(),
    /**
     * On a server: the interface is in the language of each browser, as far as there are texts in it. Default: as long as
     * no `language` is chosen.
     */
    followBrowser: z.boolean().optional(),
    theme: z.enum(['light', 'dark', 'system']).default('system'),
    notifications: notifications.prefault({}),
    startAtLogin: z.boolean().default(true),
    connections: z.array(connection).default([]),
  })
  .superRefine((value, context) => {
    const seen = new Map<string, number>()
    value.connections.forEach((one, index) => {
      const key = environmentName(one.id)
      if (seen.has(key)) {
        context.addIssue({
          code: 'custom',
          path: ['connections', index, 'id'],
          message: `the same id as connections[${seen.get(key)}] (its secrets would have the same names)`,
          params: { problem: 'same-id' },
        })
      }
      seen.set(key, index)
    })
    for (const [first, second] of sharedKeys(value.connections)) {
      const [one, other] = [value.connections[first], value.connections[second]]
      // Duplicate connections are reported elsewhere.
      if (!one || !other || environmentName(one.id) === environmentName(other.id)) continue
      context.addIssue({
        code: 'custom',
        path: ['connections', second, 'chatra', 'publicKey'],
        message: `"${other.name}" has the same Chatra key as "${one.name}" (connections[${first}].chatra.publicKey)`,
        params: { problem: 'same-key', name: one.name, other: other.name },
      })
    }
  })
  .transform((input) => ({
    ...input,
    language: input.language ?? ('en' as const),
    followBrowser: input.followBrowser ?? input.language === undefined,
    tunnel: tunnelOf(input),
  }))

/**
 * Pairs of connections that use the same Chatra account: each of them would deliver all of its chats. Keys
 * are compared literally; on this computer (a simulator) each address is an account of its own.
 */
function sharedKeys(
  connections: readonly { chatra: { baseUrl: string; publicKey: string } }[],
): [number, number][] {
  const first = new Map<string, number>()
  return connections.flatMap(({ chatra }, index): [number, number][] => {
    const account = chatraAccount(chatra)
    const before = first.get(account)
    if (before === undefined) first.set(account, index)
    return before === undefined ? [] : [[before, index]]
  })
}

const chatraAccount = ({ baseUrl, publicKey }: { baseUrl: string; publicKey: string }): string => {
  const { host, hostname } = new URL(baseUrl)
  return `${isLoopback(hostname) ? host : ''} ${publicKey}`
}

/** Two connections with the same Chatra account: each of them would deliver all of its chats. */
export const isSameChatra = (
  ...both: [Parameters<typeof chatraAccount>[0], Parameters<typeof chatraAccount>[0]]
) => chatraAccount(both[0]) === chatraAccount(both[1])

/** A missing static address means none; an existing one is used unless another provider was chosen. */
function tunnelOf(input: {
  publicUrl: string | null
  tunnel?: TunnelConfiguration | undefined
}): TunnelConfiguration {
  const given = input.tunnel ?? { provider: 'own' as const }
  return given.provider === 'own' && input.publicUrl === null ? { ...given, provider: 'none' } : given
}

export type Configuration = z.output<typeof configuration>
export type Connection = Configuration['connections'][number]
/** Whether new tasks of this connection are made by Planfix's Chat API. */
export const usesChatApi = ({ planfix }: Pick<Connection, 'planfix'>): boolean =>
  planfix.channel.mode === 'chat-api'
export type Employee = Connection['employees'][number]

/** ID in upper case, other characters as `_`: the middle of `BRIDGE_<ID>_PLANFIX_TOKEN`. */
export const environmentName = (connectionId: string): string =>
  connectionId.toUpperCase().replace(/[^A-Z0-9]/g, '_')

/**
 * Secrets of the public address; they belong to no connection. On a server `BRIDGE_NGROK_TOKEN` and so on.
 */
export const PROGRAM_SECRETS = [
  'NGROK_TOKEN',
  'SSH_KEY',
  'SSH_PASSPHRASE',
  'SSH_PASSWORD',
  'RELAY_KEY',
] as const

/**
 * Parses a configuration; each problem begins with the path of the wrong key, e.g.
 * `connections[0].planfix.pollSeconds`.
 */
export function parseConfiguration(
  input: unknown,
): { ok: true; value: Configuration } | { ok: false; problems: string[] } {
  const checked = checkConfiguration(input)
  return checked.ok ? checked : { ok: false, problems: checked.issues.flatMap(describeIssue) }
}

/** The same, with zod's issues as the error. */
export function checkConfiguration(
  input: unknown,
): { ok: true; value: Configuration } | { ok: false; issues: z.core.$ZodIssue[] } {
  const parsed = configuration.safeParse(input)
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, issues: parsed.error.issues }
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  const path = pathOf(issue.path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${path ? `${path}.` : ''}${key}: unknown key`)
  }
  return [`${path || '(file)'}: ${issue.message}`]
}

export function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part),
    '',
  )
}
