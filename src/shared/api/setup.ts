import { z } from 'zod'
import { CHANNEL_MODES } from '../config.ts'
import { SCOPES } from '../setup/scopes.ts'
import { call, connectionId, done, nothing, time, words } from './answer.ts'
import { employeeChoice } from './employees.ts'
import { connectionSettings } from './settings.ts'
import { CHAT_EVENTS, publicAddress } from './state.ts'

/** Lists of a Planfix account that the owner chooses from. */
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

/** Steps of the wizard, in order. */
export const STEPS = ['chatra', 'planfix', 'templates', 'address', 'test', 'done'] as const
export const step = z.enum(STEPS)
export type Step = z.output<typeof step>

/**
 * A connection during set-up. `id` becomes the connection's id and never changes. It contains no secrets.
 */
export const draft = z.object({
  id: connectionId,
  /** True if the wizard edits an existing connection. */
  redo: z.boolean(),
  step,
  /** Values as typed so far. */
  settings: connectionSettings,
  mode: z.enum(['everybody', 'selected']),
  employees: z.array(employeeChoice),
  /** Secrets that the service accepted and that are stored. */
  has: z.object({ chatraSecretKey: z.boolean(), planfixToken: z.boolean() }),
  /** `unverified`: no answer confirmed or refused the keys. */
  checked: z.object({
    chatra: z.enum(['no', 'accepted', 'unverified']),
    planfix: z.enum(['no', 'accepted']),
  }),
  /** The connection is in the settings and delivers messages. */
  active: z.boolean(),
})
export type Draft = z.output<typeof draft>

const byId = z.strictObject({ id: connectionId })
const choice = z.object({
  id: z.number(),
  name: z.string(),
  /** The fields of a data tag. */
  fields: z.array(z.object({ id: z.number(), name: z.string() })).default([]),
})
export type Choice = z.output<typeof choice>

const scopeFinding = z.object({
  scope: z.string(),
  /** Whether the whole product needs it, or only a part. */
  needed: z.enum(['always', 'files', 'employees', 'visits', 'tidying']),
  result: z.enum(['granted', 'missing', 'unknown']),
})
export type ScopeFinding = z.output<typeof scopeFinding>

const suggestion = z.object({
  /** Null: it concerns the program. */
  connectionId: connectionId.nullable(),
  kind: z.enum(['webhooks', 'instant-replies', 'employees', 'start-at-login']),
  /** For `webhooks`: the events that Chatra has not sent yet. */
  missing: z.array(z.enum(CHAT_EVENTS)).default([]),
})
export type Suggestion = z.output<typeof suggestion>

export const setupCalls = {
  /**
   * Returns a new draft, a draft of an existing connection, or the draft that the connection already has.
   */
  'setup.begin': call(
    z.strictObject({
      connectionId: connectionId.nullable(),
      /** Name of a new connection; its id is derived from the name. */
      name: z.string().max(500).optional(),
    }),
    draft,
  ),
  'setup.get': call(byId, draft),
  /** Stores the typed values, so that the owner can leave the wizard at any moment; checks nothing. */
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
  /**
   * Deletes the draft, and secrets that no connection uses. `withConnection` also removes the connection that the draft
   * has become.
   */
  'setup.discard': call(z.strictObject({ id: connectionId, withConnection: z.boolean().optional() }), done),
  /**
   * Tests the keys and stores them when they are accepted. `secretKey` null = use the stored one. `eitherWay`: which key is
   * which is not certain, so they are also tried the other way round. Refused when another connection has these keys.
   */
  'setup.checkChatra': call(
    z.strictObject({
      id: connectionId,
      publicKey: z.string().max(500),
      secretKey: z.string().max(500).nullable(),
      eitherWay: z.boolean().optional(),
    }),
    z.object({ draft, certain: z.boolean() }),
  ),
  /**
   * `address` may be any pasted address of the account. The token is stored when it is accepted. A connection without a
   * name gets the account's.
   */
  'setup.checkPlanfix': call(
    z.strictObject({
      id: connectionId,
      address: z.string().max(2000),
      token: z.string().max(500).nullable(),
    }),
    z.object({ draft, account: z.string() }),
  ),
  /** Tests one right of the token; takes about a second. Fails when the account does not answer at all. */
  'setup.scope': call(z.strictObject({ id: connectionId, scope: z.enum(SCOPES) }), scopeFinding),
  /** Returns current lists of the Planfix account; `id` is that of a draft or of a connection. */
  'setup.choices': call(
    z.strictObject({
      id: connectionId,
      kind: choiceKind,
      /** For `statuses`: those of this template's process. */
      taskTemplateId: z.number().nullable().optional(),
    }),
    z.object({ choices: z.array(choice) }),
  ),
  /**
   * Tests the owner's public address with a request that must arrive at our receiver, and stores the address.
   */
  'setup.publicAddress': call(z.strictObject({ address: z.string().max(2000) }), publicAddress),
  /** Adds the connection to the settings and starts it. */
  'setup.activate': call(byId, draft),
  /** Returns the request of a Planfix scenario, to copy. */
  'setup.scenario': call(byId, z.object({ address: z.string(), body: z.string() })),
  /** Whether the connection uses Planfix's Chat API, and whether Planfix's token for it is there. */
  'setup.channel': call(byId, z.object({ mode: z.enum(CHANNEL_MODES), hasToken: z.boolean() })),
  /** Returns what to enter in Planfix for its Chat API. It contains secrets. */
  'setup.channelEntries': call(
    byId,
    z.object({
      address: z.string(),
      /** False: there is no public address yet, and Planfix cannot reach this one. */
      public: z.boolean(),
      token: z.string(),
      providerId: z.string(),
    }),
  ),
  /** Switches the Chat API on or off; what is open finishes by the way it began. */
  'setup.channelMode': call(z.strictObject({ id: connectionId, mode: z.enum(CHANNEL_MODES) }), done),
  /** Writes a test message into Planfix; `task` null = Planfix took it and names no task. */
  'setup.channelTest': call(
    byId,
    z.object({
      sentAt: time,
      /** `isVisible`: the token of the REST API may read it, without which edits and lost replies are not noticed. */
      task: z.object({ id: z.number(), url: z.string(), isVisible: z.boolean().nullable() }).nullable(),
    }),
  ),
  /**
   * Plays a visitor who writes one message: an event like Chatra's goes to our own public address, or without one to this
   * computer. Resolves when the receiver has stored it.
   */
  'setup.sendTest': call(byId, z.object({ through: z.enum(['public', 'local']) })),
  /** Returns the progress of this connection's latest conversation since the draft was activated. */
  'setup.progress': call(
    byId,
    z.object({
      /** It is the conversation of `setup.sendTest`: a reply is not sent to Chatra, which does not know the visitor. */
      isTest: z.boolean(),
      clientMessage: z
        .object({ conversationId: z.number(), text: z.string(), clientName: z.string() })
        .nullable(),
      task: z.object({ id: z.number(), url: z.string() }).nullable(),
      reply: z.object({ text: z.string(), author: z.string() }).nullable(),
      replyDelivered: z.boolean(),
      /** A reply to the test visitor has come from Planfix, as far as it can be tested without a real client. */
      replyReceived: z.boolean(),
      /** The site on which the client began the chat, a good name for the connection; null when unknown. */
      site: z.string().nullable(),
      problem: words.nullable(),
    }),
  ),
  /** Finishes the set-up of an active connection. */
  'setup.finish': call(byId, done),
  /** What the owner could still do for a better connection, without those that were dismissed. */
  'suggestions.get': call(nothing, z.object({ suggestions: z.array(suggestion) })),
  'suggestions.dismiss': call(suggestion.pick({ connectionId: true, kind: true }).strict(), done),
} as const
export type SetupProgress = z.output<(typeof setupCalls)['setup.progress']['result']>
