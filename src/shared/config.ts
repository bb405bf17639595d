import { z } from 'zod'

/**
 * The configuration file (docs/architecture.md, "Configuration"). Unknown keys are refused with their path; every key
 * but ids, keys and addresses has a default. Keys and tokens are not in it: they come from the keychain
 * or, on a server, from the environment.
 */

const isLoopback = (host: string) =>
  host === 'localhost' || host === '[::1]' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)

/** https anywhere, http on loopback alone; without a trailing slash. */
export const address = z
  .string()
  .refine((text) => {
    if (!URL.canParse(text)) return false
    const url = new URL(text)
    if (url.username || url.password || url.search || url.hash) return false
    return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  }, 'must be an https address (http only on this computer), without user, query or fragment')
  .transform((text) => text.replace(/\/+$/, ''))

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

const options = z.strictObject({
  newTaskWhenNoneActive: z.boolean().default(true),
  sendAsEmployee: z.boolean().default(false),
  completeWhenClientLeaves: z.boolean().default(true),
  leaveAfterMinutes: z.number().min(0.01).max(10_080).default(10),
  completedStatusId: id.nullable().default(null),
  sendOnlyWhenClientIsRecipient: z.boolean().default(true),
  mirrorChatraReplies: z.boolean().default(true),
})

const connection = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/i, 'letters, digits, - and _ only'),
    name: z.string().trim().min(1).max(100).optional(),
    enabled: z.boolean().default(true),
    chatra: z.strictObject({
      baseUrl: address.default('https://app.chatra.io/api'),
      publicKey: z.string().regex(/^[\w-]+$/, 'letters, digits, - and _ only'),
      agent: z
        .strictObject({ email: z.email(), name: z.string().trim().min(1).max(100).optional() })
        .optional(),
    }),
    planfix: z.strictObject({
      baseUrl: address,
      webUrl: address.optional(),
      taskTemplateId: id.nullable().default(null),
      contactTemplateId: id.nullable().default(null),
      participants: z.array(participant).default([]),
      pollSeconds: z.number().min(1).max(3600).default(5),
      requestsPerSecond: z.number().min(0.1).max(1000).default(1),
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
  .transform((input) => {
    const name = input.name ?? input.id
    const looksLikeSite = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name)
    const agent = {
      email:
        input.chatra.agent?.email ??
        (looksLikeSite ? `bridge@${name.toLowerCase()}` : `${input.id.toLowerCase()}@planfix-bridge.invalid`),
      name: input.chatra.agent?.name ?? name,
    }
    return {
      ...input,
      name,
      chatra: { ...input.chatra, agent },
      planfix: {
        ...input.planfix,
        webUrl: input.planfix.webUrl ?? input.planfix.baseUrl.replace(/\/rest$/, ''),
      },
    }
  })

export const configuration = z
  .strictObject({
    /** Where the receiver can be reached from outside, when the owner has such an address. */
    publicUrl: address.nullable().default(null),
    /** Days after which log lines and payloads are dropped. */
    retentionDays: z.number().int().min(1).max(3650).default(90),
    language: z.enum(['en', 'ro', 'ru']).default('en'),
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
        })
      }
      seen.set(key, index)
    })
  })

export type Configuration = z.output<typeof configuration>
export type Connection = Configuration['connections'][number]
export type Employee = Connection['employees'][number]

/** ID in upper case, other characters as `_`: the middle of `BRIDGE_<ID>_PLANFIX_TOKEN`. */
export const environmentName = (connectionId: string): string =>
  connectionId.toUpperCase().replace(/[^A-Z0-9]/g, '_')

/** Reads a configuration; the problems name each wrong key with its path, e.g. `connections[0].planfix.pollSeconds`. */
export function parseConfiguration(
  input: unknown,
): { ok: true; value: Configuration } | { ok: false; problems: string[] } {
  const parsed = configuration.safeParse(input)
  if (parsed.success) return { ok: true, value: parsed.data }
  return { ok: false, problems: parsed.error.issues.flatMap(describeIssue) }
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
