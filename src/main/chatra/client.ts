import { randomUUID } from 'node:crypto'
import type { AxiosAdapter } from 'axios'
import { z } from 'zod'
import type { Connection } from '../../shared/config.ts'
import { type BridgeError, bridgeError, fail, ok, type Result } from '../../shared/errors.ts'
import { type ChatraApi, type Clock, RECEIVED_FROM } from '../engine/ports.ts'
import { chatClient } from './client-profile.ts'
import { keysProven, type Situation, toBridgeError } from './errors.ts'
import { brokenSecret, compareWithBroken, type KeysVerdict, speaksOfKeys, verdictOf } from './keys.ts'
import { chatMessage } from './message.ts'
import { type ChatraRequest, createTransport, type Outcome } from './transport.ts'
import { identifier, time, tolerant } from './values.ts'
import { firstProblem } from './webhook.ts'

/** Called after each call, for meters and logs: never with ids, texts or keys. */
export interface ChatraCall {
  method: ChatraRequest['method']
  /** The path with `{id}` in place of ids. */
  path: string
  /** null when there was no answer. */
  status: number | null
  ms: number
}

export interface ChatraOptions {
  connection: Pick<Connection, 'chatra'>
  /** null = there is no key: every call returns `wrong-keys` without using the network. */
  secretKey: string | null
  onCall?: (call: ChatraCall) => void
  /** The time limit of a whole call (10 s), and the clock that measures it (the computer's). */
  timeoutMs?: number
  now?: () => number
  after?: Clock['after']
  /** See createTransport. */
  adapter?: AxiosAdapter | undefined
}

export interface ChatraClient extends ChatraApi {
  /** `checkKeys` with its certainty: `certain` is false when no answer confirmed or refused the keys. */
  probeKeys(): Promise<Result<{ certain: boolean }>>
}

/** The longest text of one message (§2.1; positions of `long-text` refuse or cut longer ones). */
const MAX_TEXT = 5000

const sent = z.object({ id: tolerant(identifier), createdAt: tolerant(time) })

/**
 * Client of Chatra's REST interface (contracts/chatra.md §1, §2): ten operations, of which five are used.
 * Retries nothing: that is the outbox's task, which knows which calls may be repeated. Every failure is a
 * BridgeError (see `toBridgeError`).
 * A 400 alone is ambiguous, because bad keys may be answered so too (`bad-key-status`). After a 400 the
 * client reads the object of the request: found means that the request was really `refused`; not found is
 * `object-gone`; refused again is `wrong-keys`; and when that read gets no answer, the call is `failing`:
 * certainly not executed.
 */
export function createChatraClient(options: ChatraOptions): ChatraClient {
  const { publicKey, baseUrl } = options.connection.chatra
  const secretKey = usable(options.secretKey)
  const { timeoutMs = 10_000, after, adapter } = options
  const transport = createTransport({ baseUrl, timeoutMs, after, adapter })
  const now = options.now ?? Date.now
  let acceptedAt: number | null = null

  const authorization = (secret: string) => `Chatra.Simple ${publicKey}:${secret}`
  const secrets = secretKey === null ? [] : [secretKey, brokenSecret(secretKey), publicKey]
  const situation = (): Situation => ({ now: now(), acceptedAt, secrets })

  /** One call; with a `secret` other than ours its success proves nothing. */
  async function call(request: ChatraRequest, secret: string): Promise<Outcome> {
    const startedAt = performance.now()
    const outcome = await transport.call(request, authorization(secret))
    const status = outcome.kind === 'answer' ? outcome.status : null
    if (secret === secretKey && isSuccess(outcome)) acceptedAt = now()
    const { method, label } = request
    options.onCall?.({ method, path: label, status, ms: performance.now() - startedAt })
    return outcome
  }

  /** A call and the parsed JSON of its 2xx answer; `undefined` when the body is not JSON. */
  async function ask(request: ChatraRequest, about: ChatraRequest): Promise<Result<unknown>> {
    if (secretKey === null) return fail(noKey())
    if (unaddressable(request)) return fail(noSuchId(request))
    const outcome = await call(request, secretKey)
    if (isSuccess(outcome)) return ok(parsedBody(outcome))
    return fail(
      isBadRequest(outcome)
        ? await explain400(request, outcome, about, secretKey)
        : toBridgeError(request, outcome, situation()),
    )
  }

  async function explain400(
    request: ChatraRequest,
    answer: Outcome,
    about: ChatraRequest,
    secret: string,
  ): Promise<BridgeError> {
    const proven = keysProven(situation())
    if (unaddressable(about)) return noSuchId(about)
    const probe = request === about ? answer : await call(about, secret)
    const refused = toBridgeError(request, answer, situation())
    const of = (code: BridgeError['code']) =>
      bridgeError('chatra', code, refused.detail, { status: 400, certain: true })

    if (isSuccess(probe)) return parsedBody(probe) === null ? of('object-gone') : refused
    switch (verdictOf(probe)) {
      case 'accepted':
        return of('object-gone')
      case 'refused':
        return toBridgeError(about, probe, situation())
      case 'ambiguous': {
        // The keys may have been changed a moment ago: where the words mention keys, older proof is not
        // enough.
        const doubted = !proven || speaksOfKeys(toBridgeError(about, probe, situation()).detail)
        const settled = doubted ? await settle400(about, probe, secret) : 'accepted'
        if (settled === 'accepted') return of('object-gone')
        return of(settled === 'ambiguous' ? 'wrong-keys' : 'failing')
      }
      case 'not-said':
        return of('failing')
    }
  }

  async function settle400(about: ChatraRequest, real: Outcome, secret: string): Promise<KeysVerdict> {
    const broken = await call(about, brokenSecret(secret))
    return compareWithBroken(real, broken, [...secrets, ...about.path.split('/')])
  }

  /**
   * A GET of one object: a body `null` means "not there" (`unknown-id-status`), a validation error names its
   * path.
   */
  async function read<T>(request: ChatraRequest, schema: z.ZodType<T>): Promise<Result<T>> {
    const answer = await ask(request, request)
    if (!answer.ok) return answer
    if (answer.value === null) return fail(gone(request))
    const parsed = schema.safeParse(answer.value)
    if (parsed.success) return ok(parsed.data)
    const problem = firstProblem(parsed.error, 'answer')
    return fail(
      bridgeError('chatra', 'bad-answer', `${request.method} ${request.label}: ${problem}`, {
        certain: true,
      }),
    )
  }

  /** Changes one of our messages. The answer is the message; `null` in its place means there is none. */
  async function change(request: ChatraRequest, messageId: string): Promise<Result<void>> {
    const answer = await ask(request, messageRequest('GET', messageId))
    if (!answer.ok) return answer
    return answer.value === null ? fail(gone(request)) : ok(undefined)
  }

  async function probeKeys(): Promise<Result<{ certain: boolean }>> {
    if (secretKey === null) return fail(noKey())
    const request = clientRequest(`no-such-client-${randomUUID()}`)
    const outcome = await call(request, secretKey)
    const verdict = verdictOf(outcome)
    if (isSuccess(outcome) && parsedBody(outcome) === undefined) {
      return fail(
        bridgeError('chatra', 'bad-answer', `GET ${request.label}: answer: expected JSON`, { certain: true }),
      )
    }
    if (verdict === 'accepted') return ok({ certain: true })
    if (verdict !== 'ambiguous') return fail(toBridgeError(request, outcome, situation()))
    const settled = await settle400(request, outcome, secretKey)
    const { detail } = toBridgeError(request, outcome, situation())
    if (settled === 'ambiguous' && speaksOfKeys(detail)) {
      return fail(bridgeError('chatra', 'wrong-keys', detail, { status: 400 }))
    }
    return ok({ certain: settled === 'accepted' })
  }

  return {
    maxText: MAX_TEXT,

    async send(clientId, text, speaker) {
      const fault = secretKey === null ? noKey() : unfit(text)
      if (fault) return fail(fault)
      const body = { clientId, text: text.toWellFormed(), ...speaker, receivedFrom: RECEIVED_FROM }
      const request: ChatraRequest = { method: 'POST', path: '/messages/', label: '/messages/', body }
      const answer = await ask(request, clientRequest(clientId))
      if (!answer.ok) return answer
      // Whatever the body is, a 2xx says that the visitor has the message: repeating the request would
      // duplicate it.
      const parsed = sent.safeParse(answer.value)
      return ok(parsed.success ? { id: parsed.data.id, at: parsed.data.createdAt } : { id: null, at: null })
    },

    async edit(messageId, text) {
      const fault = secretKey === null ? noKey() : unfit(text)
      if (fault) return fail(fault)
      return change({ ...messageRequest('PUT', messageId), body: { text: text.toWellFormed() } }, messageId)
    },

    remove: (messageId) => change(messageRequest('DELETE', messageId), messageId),
    message: (messageId) => read(messageRequest('GET', messageId), chatMessage),
    client: (clientId) => read(clientRequest(clientId), chatClient),

    async probe(clientId, writes) {
      const read = await ask(clientRequest(clientId), clientRequest(clientId))
      if (!read.ok && read.error.code !== 'object-gone') return read
      if (!writes || secretKey === null) return ok(undefined)
      const request: ChatraRequest = { method: 'POST', path: '/messages/', label: '/messages/', body: {} }
      const outcome = await call(request, secretKey)
      if (isSuccess(outcome) || isRefusedAsEmpty(outcome)) return ok(undefined)
      return fail(toBridgeError(request, outcome, situation()))
    },

    async checkKeys() {
      const probed = await probeKeys()
      return probed.ok ? ok(undefined) : probed
    },
    probeKeys,
  }
}

const messageRequest = (method: ChatraRequest['method'], id: string): ChatraRequest => ({
  method,
  path: `/messages/${segment(id)}`,
  label: '/messages/{id}',
})
const clientRequest = (id: string): ChatraRequest => ({
  method: 'GET',
  path: `/clients/${segment(id)}`,
  label: '/clients/{id}',
})

const segment = (id: string) => encodeURIComponent(id.toWellFormed())
/** Ids that no address can contain: they would name the list or its parent instead. */
const unaddressable = ({ path, label }: ChatraRequest) => label.endsWith('{id}') && /\/\.{0,2}$/.test(path)

const isSuccess = (outcome: Outcome): boolean =>
  outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300
const isBadRequest = (outcome: Outcome): boolean => outcome.kind === 'answer' && outcome.status === 400

/** The required fields are missing (`missing-field-status`): a service that says so works. */
const isRefusedAsEmpty = (outcome: Outcome): boolean =>
  outcome.kind === 'answer' && [400, 404, 422].includes(outcome.status)

const noKey = () => bridgeError('chatra', 'wrong-keys', 'no usable secret key is stored')
const noSuchId = ({ label }: ChatraRequest) => bridgeError('chatra', 'object-gone', `${label}: no such id`)
const gone = ({ method, label }: ChatraRequest) =>
  bridgeError('chatra', 'object-gone', `${method} ${label} answered null`)

/** A key that fits into a header; spaces around it come from copying. */
function usable(secretKey: string | null): string | null {
  const key = secretKey?.trim() ?? ''
  return /^[\x21-\x7e]+$/.test(key) ? key : null
}

/** Texts that Chatra would refuse, or worse, cut (`long-text`, `empty-text`). */
function unfit(text: string): BridgeError | null {
  if (text.trim() === '') return bridgeError('chatra', 'refused', 'an empty text is not sent')
  if (text.length > MAX_TEXT)
    return bridgeError('chatra', 'refused', `text longer than ${MAX_TEXT} characters`)
  return null
}

/** The JSON of an answer; `undefined` when it is not JSON. */
function parsedBody(outcome: Outcome): unknown {
  try {
    return outcome.kind === 'answer' ? JSON.parse(outcome.body) : undefined
  } catch {
    return undefined
  }
}
