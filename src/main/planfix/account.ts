import { fail, ok, type Result } from '../../shared/errors.ts'
import type { Scope } from '../../shared/setup/scopes.ts'
import { type Calls, PAGE } from './calls.ts'
import { dataTagList, done, groupList, pong, userList } from './schemas.ts'
import type { Settings } from './settings.ts'
import type { PlanfixRequest } from './transport.ts'

interface PlanfixUser {
  id: number
  name: string
  email: string | null
  otherEmails: string[]
  /** As Planfix names it: Admin, User, Robot … */
  role: string | null
}
interface PlanfixDataTag {
  id: number
  name: string
  fields: { id: number; name: string }[]
}

/** Account queries for the wizard and the diagnostics (contracts/planfix.md §1, §9, §11). */
export interface AccountApi {
  /**
   * `ok` when the token is accepted, whatever its scopes; `bad-answer` when another program than Planfix
   * answers.
   */
  ping(): Promise<Result<void>>
  /** Active employees. */
  users(): Promise<Result<PlanfixUser[]>>
  groups(): Promise<Result<{ id: number; name: string }[]>>
  dataTags(): Promise<Result<PlanfixDataTag[]>>
  /**
   * Tests by calls whether the token has the rights of `scope`: reads read one row, writes send a request
   * that must be refused (for an object that cannot exist), so nothing is changed. An error means that the
   * result is unknown.
   */
  probeScope(scope: Scope): Promise<Result<'granted' | 'missing'>>
}

const MAX_PAGES = 50

export function accountApi(calls: Calls, settings: Settings): AccountApi {
  const { sourceId } = settings
  const read = { writes: false, about: 'account' } as const
  return {
    async ping() {
      const answer = await calls.call({ ...read, method: 'GET', path: '/ping', scope: 'task_readonly' }, pong)
      return answer.ok ? ok(undefined) : answer
    },

    async users() {
      const answer = await calls.pages(async (offset) => {
        const page = await calls.call(
          {
            ...read,
            method: 'POST',
            path: '/user/list',
            body: {
              offset,
              pageSize: PAGE,
              onlyActive: true,
              prefixedId: true,
              fields: 'id,name,lastname,email,secondaryEmails,role,status',
              sourceId,
            },
            scope: 'user_readonly',
          },
          userList,
        )
        return page.ok ? ok(page.value.users) : page
      }, MAX_PAGES)
      if (!answer.ok) return answer
      const active = answer.value.rows.filter(({ status }) => status !== 'Inactive')
      return ok(
        active.map((user) => ({
          id: user.id,
          name: [user.name, user.lastname].filter(Boolean).join(' ') || `${user.id}`,
          email: user.email || null,
          otherEmails: user.secondaryEmails ?? [],
          role: user.role || null,
        })),
      )
    },

    async groups() {
      const answer = await calls.call(
        {
          ...read,
          method: 'GET',
          path: '/user/groups',
          query: { fields: 'id,name' },
          scope: 'user_readonly',
        },
        groupList,
      )
      return answer.ok
        ? ok(answer.value.groups.map(({ id, name }) => ({ id, name: name ?? `${id}` })))
        : answer
    },

    async dataTags() {
      const answer = await calls.pages(
        (offset) =>
          calls.call(
            {
              ...read,
              method: 'POST',
              path: '/datatag/list',
              body: { offset, pageSize: PAGE, fields: 'id,name,group,fields' },
              scope: 'datatag_readonly',
            },
            dataTagList,
          ),
        MAX_PAGES,
      )
      if (!answer.ok) return answer
      return ok(
        answer.value.rows.map(({ id, name, fields }) => ({
          id,
          name: name ?? `${id}`,
          fields: (fields ?? []).map((field) => ({ id: field.id, name: field.name ?? `${field.id}` })),
        })),
      )
    },

    async probeScope(scope) {
      const answer = await calls.call({ scope, ...PROBES[scope] }, done)
      if (answer.ok) return ok('granted')
      const { code } = answer.error
      if (code === 'missing-scope') return ok('missing')
      // The object was refused, not the caller.
      return code === 'object-gone' || code === 'refused' ? ok('granted') : fail(answer.error)
    },
  }
}

/** No object has this number. */
const NOWHERE = 2_147_483_647
const reading = { writes: false, about: 'account' } as const
const changing = { writes: true, about: 'account' } as const
const firstRow = { offset: 0, pageSize: 1, fields: 'id' }

const PROBES: Record<Scope, Omit<PlanfixRequest, 'scope'>> = {
  task_readonly: { ...reading, method: 'POST', path: '/task/list', body: firstRow },
  // An unknown status is the documented refusal of POST /task/ (§6.1, code 41).
  task_add: {
    ...changing,
    method: 'POST',
    path: '/task/',
    body: { name: 'Chatra: check of permissions', template: { id: NOWHERE }, status: { id: NOWHERE } },
  },
  task_update: { ...changing, method: 'POST', path: `/task/${NOWHERE}`, body: { priority: 'NotUrgent' } },
  contact_readonly: {
    ...reading,
    method: 'POST',
    path: '/contact/list',
    body: { ...firstRow, isCompany: false },
  },
  // Without a name (2006) and with a template that does not exist.
  contact_add: { ...changing, method: 'POST', path: '/contact/', body: { template: { id: NOWHERE } } },
  contact_update: {
    ...changing,
    method: 'POST',
    path: `/contact/${NOWHERE}`,
    body: { gender: 'NotDefined' },
  },
  comment_readonly: {
    ...reading,
    method: 'POST',
    path: `/task/${NOWHERE}/comments/list`,
    body: { ...firstRow, typeList: 'Comments' },
  },
  comment_add: {
    ...changing,
    method: 'POST',
    path: `/task/${NOWHERE}/comments/`,
    body: { description: '?' },
  },
  comment_delete: { ...changing, method: 'DELETE', path: `/comment/${NOWHERE}` },
  user_readonly: { ...reading, method: 'POST', path: '/user/list', body: firstRow },
  file_readonly: {
    ...reading,
    about: 'file',
    method: 'GET',
    path: `/file/${NOWHERE}`,
    query: { fields: 'id' },
  },
  // An address that cannot be fetched.
  file_add: {
    ...changing,
    method: 'POST',
    path: '/file/from-url/',
    query: { targetType: 'task' },
    body: { name: 'check', url: 'about:blank' },
  },
  datatag_readonly: { ...reading, method: 'POST', path: '/datatag/list', body: firstRow },
  datatag_add: {
    ...changing,
    method: 'POST',
    path: `/contact/${NOWHERE}/datatags/`,
    body: { dataTag: { id: NOWHERE }, items: [] },
  },
}
