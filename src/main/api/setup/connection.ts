import { randomBytes } from 'node:crypto'
import type { EmployeeChoice } from '../../../shared/api/employees.ts'
import type { ConnectionSettings } from '../../../shared/api/settings.ts'
import { type ChannelMode, type Connection, LIMITS, parseConfiguration } from '../../../shared/config.ts'
import { planfixAddress } from '../../../shared/fields.ts'

/** The owner's settings of a connection, in the interface's format. */
export function settingsOf({ name, chatra, planfix, options }: Connection): ConnectionSettings {
  return {
    name,
    chatra: { baseUrl: chatra.baseUrl, publicKey: chatra.publicKey, agent: { ...chatra.agent } },
    planfix: {
      baseUrl: planfix.baseUrl,
      webUrl: planfix.webUrl,
      taskTemplateId: planfix.taskTemplateId,
      contactTemplateId: planfix.contactTemplateId,
      clientEmailField: planfix.clientEmailField,
      participants: [...planfix.participants],
      pollSeconds: planfix.pollSeconds,
      requestsPerSecond: planfix.requestsPerSecond,
      visitDataTag: planfix.visitDataTag && {
        id: planfix.visitDataTag.id,
        fields: given(planfix.visitDataTag.fields),
      },
    },
    options: { ...options },
  }
}

/**
 * The same in the format of the configuration file. Empty texts stand for their defaults; the address of
 * Planfix may be any pasted one.
 */
export function connectionInFile(id: string, settings: ConnectionSettings): Record<string, unknown> {
  const { chatra } = settings
  const { agent } = chatra
  const { webUrl: typed, ...planfix } = settings.planfix
  const reading = planfixAddress(planfix.baseUrl)
  const address = reading.ok ? reading : { baseUrl: planfix.baseUrl, webUrl: '' }
  // A name alone is used with the e-mail that the program would propose.
  const name = agent.name.trim()
  const email = agent.email.trim() || (name && sketchOf(id, settings).chatra.agent.email)
  const webUrl = typed.trim() || address.webUrl
  return {
    name: settings.name.trim(),
    chatra: {
      ...(chatra.baseUrl.trim() !== '' && { baseUrl: chatra.baseUrl.trim() }),
      publicKey: chatra.publicKey.trim(),
      ...(email !== '' && { agent: { email, ...(name !== '' && { name }) } }),
    },
    planfix: {
      ...planfix,
      baseUrl: address.baseUrl,
      ...(webUrl === '' ? { webUrl: undefined } : { webUrl }),
    },
    options: { ...settings.options },
  }
}

/**
 * A connection of the file with other settings. How messages reach Planfix stays, as it is switched by itself; another
 * Planfix account begins without its Chat API.
 */
export function withSettings(
  before: Record<string, unknown>,
  settings: Record<string, unknown>,
): Record<string, unknown> {
  const old = partOf(before.planfix)
  const planfix = partOf(settings.planfix)
  const stays = old.channel !== undefined && old.baseUrl === planfix.baseUrl
  return { ...before, ...settings, planfix: { ...planfix, ...(stays && { channel: old.channel }) } }
}

/** A connection of the file with its Chat API on or off. */
export function inChannelMode(before: Record<string, unknown>, mode: ChannelMode): Record<string, unknown> {
  const planfix = partOf(before.planfix)
  return { ...before, planfix: { ...planfix, channel: { ...partOf(planfix.channel), mode } } }
}

/** A part of the file, of which only the schema knows what it contains. */
const partOf = (value: unknown): Record<string, unknown> => Object(value)

/** Employees in the format of the configuration file: `everybody` is an empty list. */
export const employeesInFile = (
  mode: 'everybody' | 'selected',
  choices: readonly EmployeeChoice[],
): object[] =>
  mode === 'everybody'
    ? []
    : choices.map((one) => ({
        planfixUserId: `user:${one.planfixUserId}`,
        name: one.name,
        email: one.email?.trim() || null,
        chatraAgentId: one.chatraAgentId || null,
        allowed: one.allowed,
      }))

/** 32 random URL-safe characters, 192 bits. */
export const newWebhookSecret = (): string => randomBytes(24).toString('base64url')

/** A connection as far as it is known: missing or invalid values are as in an empty one. */
export function sketchOf(id: string, settings: Partial<ConnectionSettings> = {}): Connection {
  const name = settings.name?.trim().slice(0, 100)
  const reading = planfixAddress(settings.planfix?.baseUrl ?? '')
  const [slowest, fastest] = LIMITS.requestsPerSecond
  const pace = settings.planfix?.requestsPerSecond
  const parsed = parseConfiguration({
    connections: [
      {
        id,
        ...(name && { name }),
        chatra: { publicKey: 'none' },
        planfix: {
          baseUrl: reading.ok ? reading.baseUrl : 'https://none.planfix.com/rest',
          ...(pace !== undefined && { requestsPerSecond: Math.min(Math.max(pace, slowest), fastest) }),
        },
      },
    ],
  })
  const [connection] = parsed.ok ? parsed.value.connections : []
  if (!connection) throw new Error(`a connection cannot be called ${id}`)
  return connection
}

const given = (fields: {
  os?: number | undefined
  browser?: number | undefined
  ip?: number | undefined
}) => ({
  ...(fields.os !== undefined && { os: fields.os }),
  ...(fields.browser !== undefined && { browser: fields.browser }),
  ...(fields.ip !== undefined && { ip: fields.ip }),
})
