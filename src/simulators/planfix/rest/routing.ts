import type { SimRequest, SimResponse } from '../../common/server.ts'
import type { Account } from '../state.ts'
import type { Shape } from './shapes.ts'

/** Access levels a token can have (§1). */
export const allScopes = [
  'task_readonly',
  'task_add',
  'task_update',
  'user_readonly',
  'user_add',
  'user_update',
  'contact_readonly',
  'contact_add',
  'contact_update',
  'comment_readonly',
  'comment_add',
  'comment_update',
  'comment_delete',
  'datatag_readonly',
  'datatag_add',
  'datatag_update',
  'datatag_delete',
  'file_readonly',
  'file_add',
  'file_delete',
] as const
export type Scope = (typeof allScopes)[number]

/** One REST call after the checks: its path's parts, query and validated body. */
export interface Call {
  account: Account
  params: Record<string, string>
  query: Record<string, string>
  body: Record<string, unknown>
  request: SimRequest
  services: Services
}

/** What operations need besides the stored data. */
export interface Services {
  /** Origin of the simulator, for storage addresses. */
  origin: () => string
  /** Milliseconds scaled by the simulator's time scale. */
  scaled: (ms: number) => number
  /** Runs later, in order, or at once by flush(). */
  later: (ms: number, work: () => void) => void
  /** REST changed a task in a way that a scenario may react to. */
  restChanged: (taskId: number, what: { status?: boolean; commentId?: number }) => void
}

export interface Route {
  method: 'GET' | 'POST' | 'DELETE'
  /** As in the swagger, e.g. `/task/{id}/comments/`. */
  path: string
  /** The required scope; `template:` ones depend on the switch `scope-of-templates`; none: any token. */
  scope?: Scope | `template:${Scope}`
  query?: Record<string, 'string' | 'uuid' | 'boolean' | 'integer' | 'page'>
  body?: Shape
  /** The body is a form with a file, not JSON. */
  multipart?: boolean
  /** A write: the switch `planfix-write-outcome` applies here. */
  write?: boolean
  run: (call: Call) => SimResponse | Promise<SimResponse>
}

/** Thrown by an operation: the answer is an error of §3. */
export class Refusal extends Error {
  readonly status: number
  readonly code: number
  constructor(status: number, code: number, error: string) {
    super(error)
    this.status = status
    this.code = code
  }
  get body() {
    return { result: 'fail', code: this.code, error: this.message }
  }
}

export function refuse(status: number, code: number, error: string): never {
  throw new Refusal(status, code, error)
}

/** Refuses a request that no correct client sends, and records it for the tests. */
export function violate(account: Account, status: number, code: number, error: string): never {
  account.violations.push(error)
  throw new Refusal(status, code, error)
}

export const success = (body: Record<string, unknown>, status = 200): SimResponse => ({
  status,
  body: { result: 'success', ...body },
})

const parameterPatterns: Record<string, string> = { id: '(?:contact:|user:)?\\d+' }

/** A path template as a regular expression with named groups. */
export function pathPattern(template: string, loose = false): RegExp {
  const source = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const pattern = loose ? '[^/]+' : (parameterPatterns[name] ?? '\\d+')
    return `(?<${name}>${pattern})`
  })
  return new RegExp(`^${source}$`)
}
