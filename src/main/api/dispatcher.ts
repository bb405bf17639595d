import type { z } from 'zod'
import type { Access, Role } from '../../shared/api/access/contract.ts'
import { isReading, mayCall } from '../../shared/api/access/roles.ts'
import { callError } from '../../shared/api/answer.ts'
import {
  type Answer,
  type CallName,
  calls,
  type Handlers,
  isCallName,
  type Push,
  push,
} from '../../shared/api.ts'
import { pathOf } from '../../shared/config.ts'
import { errorCode } from '../../shared/node-errors.ts'
import { isStoreUnavailable } from '../../shared/store-error.ts'
import type { Log } from '../runtime/application.ts'
import { done, errorAnswer } from './responses.ts'
import type { Feed } from './state/push-feed.ts'

/**
 * The caller. The transport decides whether to trust it: by cookie and origin, or by the frame of the call.
 */
export interface CallerIdentity {
  trusted: boolean
  /** Absent: the owner, at the own computer. */
  role?: Role
  /** For the log. */
  name?: string
}

export interface Caller {
  /** Never rejects. `name` and `args` may be anything. */
  call(who: CallerIdentity, name: unknown, args: unknown): Promise<Answer<unknown>>
}

/** Events that the application pushes, for subscribers. */
export type PushSource = Pick<Feed, 'subscribe'>

/**
 * The only entrance from an interface to the application, for every transport: refuses callers that are not
 * trusted and calls that shared/api.ts does not define, validates arguments and results, and turns exceptions
 * into error answers. The log gets names, paths and codes, never a value.
 */
export function createCaller({ handlers, log }: { handlers: Handlers; log: Log }): Caller {
  return {
    async call(who, name, args) {
      if (!who.trusted) return errorAnswer('no-access', 'error.call.no-access')
      if (!isCallName(name)) {
        log.warn({ ...(looksLikeName(name) && { call: name }) }, 'a call that does not exist was refused')
        return errorAnswer('not-found', 'error.call.unavailable')
      }
      if (!mayCall(who.role ?? 'owner', name)) {
        log.warn({ call: name, by: who.name }, 'a call was refused: the key may not do that')
        return errorAnswer('no-access', 'error.call.role')
      }
      const read = calls[name].args.safeParse(args)
      if (!read.success) return schemaMismatch(log, name, read.error)
      try {
        const given = name === 'access.get' ? done(accessOf(who)) : await handlers[name](read.data as never)
        const answer = checked(log, name, given)
        if (who.name !== undefined && !isReading(name))
          log.info({ call: name, by: who.name, role: who.role, ok: answer.ok }, `${who.name}: ${name}`)
        return answer
      } catch (error) {
        if (isStoreUnavailable(error))
          return errorAnswer('unavailable', STORE_FAILING[error.place], { params: { detail: error.code } })
        log.error({ call: name, ...traceOf(error) }, `bug: the call ${name} threw`)
        return bug(name)
      }
    },
  }
}

const STORE_FAILING = { folder: 'shell.store-failing', database: 'shell.database-failing' } as const

const accessOf = ({ role, name }: CallerIdentity): Access => ({ role: role ?? 'owner', name: name ?? null })

/**
 * The feed's events, validated once for all listeners: an invalid push is a bug, and is not delivered. Only
 * the first listener gets the current state at once; the others request it.
 */
export function checkedFeed({ feed, log }: { feed: PushSource; log: Log }): PushSource {
  const listeners = new Set<(push: Push) => void>()
  let end: (() => void) | null = null
  const pass = (told: Push) => {
    const read = push.safeParse(told)
    if (!read.success) {
      log.error({ mismatches: mismatchesOf(read.error) }, 'bug: an event does not fit the contract')
      return
    }
    for (const listener of [...listeners]) listener(read.data)
  }
  return {
    subscribe(listener) {
      // A listener that subscribes twice is two listeners.
      const own = (told: Push) => listener(told)
      listeners.add(own)
      end ??= feed.subscribe(pass)
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return
        end?.()
        end = null
      }
    },
  }
}

function schemaMismatch(log: Log, name: CallName, error: z.ZodError): Answer<never> {
  const mismatches = mismatchesOf(error)
  log.warn({ call: name, mismatches }, `the call ${name} was refused: its arguments do not fit`)
  const field = pathOf(error.issues[0]?.path ?? [])
  return errorAnswer('invalid', 'error.call.invalid', {
    ...(field !== '' && { field }),
    detail: mismatches.join('; '),
  })
}

/** The answer with the fields of the contract, and no others. */
function checked(log: Log, name: CallName, answer: Answer<unknown>): Answer<unknown> {
  if (answer?.ok === true) {
    const value = calls[name].result.safeParse(answer.value)
    if (value.success) return { ok: true, value: value.data }
    log.error(
      { call: name, mismatches: mismatchesOf(value.error) },
      `bug: the result of ${name} does not fit`,
    )
    return bug(name)
  }
  const error = callError.safeParse(answer?.error)
  if (error.success) return { ok: false, error: error.data }
  log.error({ call: name, mismatches: mismatchesOf(error.error) }, `bug: the refusal of ${name} does not fit`)
  return bug(name)
}

const bug = (name: CallName) => errorAnswer('bug', 'error.call.bug', { detail: name })

const MOST_MISMATCHES = 5

/** `path: code` of each issue. Their messages are left out: some of them quote the input. */
const mismatchesOf = ({ issues }: z.ZodError): string[] =>
  issues
    .slice(0, MOST_MISMATCHES)
    .map(({ path, code }) => `${pathOf(path).slice(0, 100) || 'whole'}: ${code}`)

/** Any other value in place of a name may be secret. */
const looksLikeName = (name: unknown): name is string =>
  typeof name === 'string' && /^[a-z]{1,20}\.[a-zA-Z]{1,20}$/.test(name)

/** In these errors the runtime names an undefined value or function; other messages may quote values. */
const SPEAKS_OF_CODE = new Set(['TypeError', 'ReferenceError', 'RangeError'])

/** Where it was thrown, without the error's message. */
function traceOf(error: unknown): { error: string; stack?: string } {
  if (!(error instanceof Error)) return { error: typeof error }
  const { name, message, stack = '' } = error
  const code = errorCode(error).slice(0, 60)
  const frames = stack.split('\n').filter((line) => /^\s+at\s/.test(line))
  return {
    error: SPEAKS_OF_CODE.has(name) ? `${name}: ${message}` : `${name}${code && ` (${code})`}`,
    stack: [name, ...frames].join('\n'),
  }
}
