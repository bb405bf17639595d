import { z } from 'zod'
import { call, connectionId, done, nothing, words } from './answer.ts'
import { employeeChoice } from './employees.ts'
import { connectionSettings } from './settings.ts'
import { publicAddress } from './state.ts'

/** Steps of the wizard, in order. */
/** Lists of a Planfix account from which the owner chooses. */
const choiceKind = z.enum([
  'task-templates',
  'contact-templates',
  'contact-fields',
  'users',
  'groups',
  'statuses',
  'data-tags',
])
export type ChoiceKind = z.infer<typeof choiceKind>

export const STEPS = [
  'language',
  'name',
  'chatra',
  'planfix',
  'templates',
  'employees',
  'options',
  'address',
  'webhooks',
  'scenario',
  'test',
  'done',
] as const
export const step = z.enum(STEPS)
export type Step = z.output<typeof step>

/** A connection that is being set up. `id` is the connection's own, given at the beginning. No secret is in it. */
export const draft = z.object({
  id: connectionId,
  /** An existing connection goes through the wizard again. */
  redo: z.boolean(),
  step,
  /** As typed so far. */
  settings: connectionSettings,
  mode: z.enum(['everybody', 'selected']),
  employees: z.array(employeeChoice),
  /** Secrets that were accepted and are kept. */
  has: z.object({ chatraSecretKey: z.boolean(), planfixToken: z.boolean() }),
  /** `unverified`: nothing spoke against the keys, and nothing for them. */
  checked: z.object({
    chatra: z.enum(['no', 'accepted', 'unverified']),
    planfix: z.enum(['no', 'accepted']),
  }),
  /** The connection is in the settings and carries messages. */
  active: z.boolean(),
})
export type Draft = z.output<typeof draft>

const byId = z.strictObject({ id: connectionId })
export const choice = z.object({
  id: z.number(),
  name: z.string(),
  /** Of a data tag: its fields. */
  fields: z.array(z.object({ id: z.number(), name: z.string() })).default([]),
})
export type Choice = z.output<typeof choice>

export const scopeFinding = z.object({
  scope: z.string(),
  /** Asked for the product to work, or only for some of it. */
  needed: z.enum(['always', 'files', 'employees', 'visits', 'tidying']),
  result: z.enum(['granted', 'missing', 'unknown']),
})
export type ScopeFinding = z.output<typeof scopeFinding>

export const setupCalls = {
  /** A new draft, or one of an existing connection, or the draft that connection has already. */
  'setup.begin': call(
    z.strictObject({
      connectionId: connectionId.nullable(),
      /** Of a new one: its id is made from it. */
      name: z.string().max(500).optional(),
    }),
    draft,
  ),
  'setup.get': call(byId, draft),
  /** Keeps what was typed, so that the wizard can be left at any moment; nothing is checked. */
  'setup.save': call(
    z.strictObject({
      id: connectionId,
      step: step.optional(),
      settings: connectionSettings.optional(),
      mode: z.enum(['everybody', 'selected']).optional(),
      employees: z.array(employeeChoice).max(5000).optional(),
    }),
    draft,
  ),
  /** Forgets the draft and secrets that no connection uses. */
  'setup.discard': call(byId, done),
  /** Tries the keys; when they are accepted the secret is kept. `secretKey` null = the one that is kept already. */
  'setup.checkChatra': call(
    z.strictObject({
      id: connectionId,
      publicKey: z.string().max(500),
      secretKey: z.string().max(500).nullable(),
    }),
    z.object({ draft, certain: z.boolean() }),
  ),
  /** `address` may be any pasted address of the account. When the token is accepted it is kept. */
  'setup.checkPlanfix': call(
    z.strictObject({
      id: connectionId,
      address: z.string().max(2000),
      token: z.string().max(500).nullable(),
    }),
    z.object({ draft, account: z.string() }),
  ),
  /** What the token may do; takes a few seconds. */
  'setup.scopes': call(byId, z.object({ scopes: z.array(scopeFinding) })),
  /** Live lists of the Planfix account; `id` of a draft or of a connection. */
  'setup.choices': call(
    z.strictObject({
      id: connectionId,
      kind: choiceKind,
      /** Of `statuses`: those of this template's process. */
      taskTemplateId: z.number().nullable().optional(),
    }),
    z.object({ choices: z.array(choice) }),
  ),
  /** Tries the owner's own public address with a request that must arrive at our receiver, and keeps it. */
  'setup.publicAddress': call(z.strictObject({ address: z.string().max(2000) }), publicAddress),
  /** Puts the connection into the settings and starts it. */
  'setup.activate': call(byId, draft),
  /** What a Planfix scenario sends, to copy. */
  'setup.scenario': call(byId, z.object({ address: z.string(), body: z.string() })),
  /** How far the latest conversation of this connection has come since the draft was activated. */
  'setup.progress': call(
    byId,
    z.object({
      clientMessage: z
        .object({ conversationId: z.number(), text: z.string(), clientName: z.string() })
        .nullable(),
      task: z.object({ id: z.number(), url: z.string() }).nullable(),
      reply: z.object({ text: z.string(), author: z.string() }).nullable(),
      replyDelivered: z.boolean(),
      problem: words.nullable(),
    }),
  ),
  /** Ends the set-up of an active connection. */
  'setup.finish': call(byId, done),
  /** Starts simulators of both services and a connection between them. */
  'demo.start': call(nothing, z.object({ connectionId, visitorUrl: z.string(), planfixUrl: z.string() })),
  'demo.stop': call(nothing, done),
} as const
export type SetupProgress = z.output<(typeof setupCalls)['setup.progress']['result']>
