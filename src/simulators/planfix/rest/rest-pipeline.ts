import { badJson, type SimRequest, type SimResponse } from '../../common/server.ts'
import type { Account } from '../state.ts'
import type { Limits } from './limits.ts'
import { type Call, pathPattern, Refusal, type Route, type Scope, type Services, success } from './routing.ts'
import { isObject, uuidPattern } from './shapes.ts'
import { unsimulated } from './unsimulated.ts'

/** The steps that a REST request passes before its operation runs, and the faults after it. */
export interface RestPipeline {
  account: Account
  limits: Limits
  token: string
  scopes: Set<string>
  services: Services
  routes: Route[]
  /** Delay of `timeout-then-late-commit`, milliseconds. */
  lateCommitMs: number
  /**
   * Number of further writes that the switch `planfix-write-outcome` affects; then they are normal again.
   */
  writeOutcomeTimes: number
}

const hang = () => new Promise<never>(() => {})
const ping: Route = { method: 'GET', path: '/ping', run: () => success({}) }
const compiled = new WeakMap<Route, RegExp>()
const known = unsimulated.map(([method, path]) => ({ method, pattern: pathPattern(path, true) }))

/** Handles a request under /rest; `path` comes without that prefix. */
export async function answerRest(
  gate: RestPipeline,
  request: SimRequest,
  path: string,
): Promise<SimResponse> {
  const answer = await admitted(gate, request, path)
  const header = answer.status === 401 ? {} : gate.limits.header()
  // The account's own clock, which a test may run faster than the computer's.
  const date = new Date(gate.account.now()).toUTCString()
  return { ...answer, headers: { date, ...header, ...answer.headers } }
}

async function admitted(gate: RestPipeline, request: SimRequest, path: string): Promise<SimResponse> {
  const { account } = gate
  const given = request.headers.authorization ?? bearerInQuery(request)
  if (given !== `Bearer ${gate.token}`) return fail(401, 1, 'Access denied, unknown token')
  const state = /^code(\d+)-(\d+)$/.exec(account.switches['account-state'])
  if (state)
    return fail(Number(state[2]), Number(state[1]), accountTexts[Number(state[1])] ?? 'Access denied')
  const refused = await gate.limits.admit()
  if (refused) return refused

  const found = findRoute([ping, ...gate.routes], request.method, path)
  if (!found) return unknownPath(gate, request, path)
  const { route, params } = found
  if (!allowed(gate, route.scope)) return fail(405, 5, 'Scope denied, method not allowed')
  const { access_token: _, ...query } = request.query
  const problems = [...queryProblems(route, query), ...bodyProblems(route, request)]
  if (problems.length > 0) return refuseProblems(account, `${request.method} ${path}`, problems, request)

  const body = isObject(request.body) ? request.body : {}
  const call: Call = { account, params, query, body, request, services: gate.services }
  const answer = () => run(account, route, call)
  return route.write ? underWriteOutcome(gate, answer) : answer()
}

/** A refusal of the operation becomes its error answer, in a 200 when `fail-in-2xx` is on. */
async function run(account: Account, route: Route, call: Call): Promise<SimResponse> {
  try {
    return await route.run(call)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const status = account.switches['fail-in-2xx'] === 'on' ? 200 : error.status
    return { status, body: error.body }
  }
}

/** A write under the switch `planfix-write-outcome`: the client may never learn its outcome (§5). */
export async function underWriteOutcome(
  gate: RestPipeline,
  write: () => Promise<SimResponse>,
): Promise<SimResponse> {
  const outcome = gate.account.switches['planfix-write-outcome']
  if (outcome === 'normal' || gate.writeOutcomeTimes <= 0) return write()
  gate.writeOutcomeTimes--
  switch (outcome) {
    case 'timeout-before-commit':
      return hang()
    case 'timeout-after-commit':
      await write()
      return hang()
    case 'timeout-then-late-commit':
      gate.services.later(gate.lateCommitMs, () => void write())
      return hang()
    case '504-after-commit':
      await write()
      return { status: 504, body: '<html><head><title>504 Gateway Time-out</title></head></html>' }
  }
}

const fail = (status: number, code: number, error: string): SimResponse => ({
  status,
  body: { result: 'fail', code, error },
})

const bearerInQuery = (request: SimRequest) =>
  request.method === 'GET' && request.query.access_token !== undefined
    ? `Bearer ${request.query.access_token}`
    : undefined

const accountTexts: Record<number, string> = {
  2: 'Token is not active',
  10: 'Account is blocked for spam',
  11: 'Account is frozen',
  16: 'User is not active',
  20: 'Subscription is not paid',
  21: 'API is not available on a free account',
  23: 'Contact limit of the account reached',
}

function patternOf(route: Route): RegExp {
  const pattern = compiled.get(route) ?? pathPattern(route.path)
  compiled.set(route, pattern)
  return pattern
}

function findRoute(routes: Route[], method: string, path: string) {
  for (const route of routes) {
    if (route.method !== method) continue
    const match = patternOf(route).exec(path)
    if (match) return { route, params: { ...match.groups } as Record<string, string> }
  }
  return undefined
}

/** 501 for operations of the swagger that this simulator lacks, 405 for a wrong method, 404 for others. */
function unknownPath(gate: RestPipeline, request: SimRequest, path: string): SimResponse {
  const { method } = request
  const name = `${method} ${path}`
  gate.account.violations.push(`${name}: not an operation of the swagger that this simulator knows`)
  if (known.some((entry) => entry.method === method && entry.pattern.test(path))) {
    return fail(501, 0, `${name} is documented but not simulated`)
  }
  const elsewhere =
    known.some((entry) => entry.pattern.test(path)) ||
    gate.routes.some((route) => patternOf(route).test(path))
  return elsewhere ? fail(405, 5, 'Method not allowed') : fail(404, 0, `${name} not found`)
}

/** Which scope governs templates, processes and custom fields is unknown: the switch `scope-of-templates`. */
function allowed(gate: RestPipeline, scope: Route['scope']): boolean {
  if (scope === undefined) return true
  if (!scope.startsWith('template:')) return gate.scopes.has(scope)
  switch (gate.account.switches['scope-of-templates']) {
    case 'readable-with-any-token':
      return true
    case 'needs-readonly':
      return gate.scopes.has(scope.slice('template:'.length) as Scope)
    case '405-code5':
      return false
  }
}

const queryChecks: Record<string, (value: string) => boolean> = {
  string: () => true,
  uuid: (value) => uuidPattern.test(value),
  boolean: (value) => value === 'true' || value === 'false',
  integer: (value) => /^\d+$/.test(value),
  page: (value) => /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 100,
}

function queryProblems(route: Route, query: Record<string, string>): string[] {
  return Object.entries(query).flatMap(([name, value]) => {
    const kind = route.query?.[name]
    if (kind === undefined) return [`query.${name}: not a parameter of this operation`]
    return queryChecks[kind]?.(value) ? [] : [`query.${name}: ${JSON.stringify(value)} is no ${kind}`]
  })
}

function bodyProblems(route: Route, request: SimRequest): string[] {
  const type = request.headers['content-type'] ?? ''
  if (route.multipart && !type.startsWith('multipart/form-data')) {
    return [`content-type: expected multipart/form-data, got "${type}"`]
  }
  if (!route.body) return []
  if (!type.startsWith('application/json')) return [`content-type: expected application/json, got "${type}"`]
  if (request.body === badJson) return ['body: not JSON']
  return route.body(request.body, 'body')
}

/** The first problem decides the code: 30 bad JSON, 40 something missing, 41 a value not allowed (§3). */
function refuseProblems(
  account: Account,
  name: string,
  problems: string[],
  request: SimRequest,
): SimResponse {
  account.violations.push(...problems.map((problem) => `${name}: ${problem}`))
  const code = request.body === badJson ? 30 : problems[0]?.endsWith(': missing') ? 40 : 41
  // Lists answer bad JSON with 500 (§3).
  const status = request.body === badJson && name.endsWith('/list') ? 500 : 400
  return fail(status, code, problems.join('; '))
}
