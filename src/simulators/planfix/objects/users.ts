import { userList } from '../rest/bodies.ts'
import { pick, shownId } from '../rest/fields.ts'
import { type FilterTable, numberIs, pageOf, testAll, textIs } from '../rest/filters.ts'
import { type Route, refuse, success } from '../rest/routing.ts'
import { type Account, fullName, type SimUser } from '../state.ts'

const filters: FilterTable<SimUser> = {
  9003: textIs((user) => [user.email, ...user.secondaryEmails], 'contains'),
  9006: textIs((user) => [fullName(user)], 'contains'),
  9008: numberIs((user) => user.id, false),
}

/** Employees (contracts/planfix.md §9). */
export const userRoutes: Route[] = [
  {
    method: 'POST',
    path: '/user/list',
    scope: 'user_readonly',
    body: userList,
    run: ({ account, body }) => {
      const passes = testAll(account, body.filters, filters, 'body')
      const found = pageOf(
        account.users.values(),
        body.offset,
        body.pageSize,
        (user) => (body.onlyActive !== true || user.status === 'Active') && passes(user),
      )
      return success({ users: found.map((user) => show(account, user, body.fields, body.prefixedId)) })
    },
  },
  {
    method: 'GET',
    path: '/user/{id}',
    scope: 'user_readonly',
    query: { fields: 'string', sourceId: 'string' },
    run: ({ account, params, query }) => {
      const user = account.users.get(Number(String(params.id).replace('user:', '')))
      if (!user) return refuse(400, 4000, `Employee not found by id ${params.id}`)
      return success({ user: show(account, user, query.fields, undefined) })
    },
  },
  {
    method: 'GET',
    path: '/user/groups',
    scope: 'user_readonly',
    query: { fields: 'string' },
    run: ({ account, query }) =>
      success({
        groups: account.groups.map((group) =>
          pick(query.fields, { id: () => group.id, name: () => group.name }),
        ),
      }),
  },
]

const show = (account: Account, user: SimUser, fields: unknown, prefixedId: unknown) =>
  pick(fields, {
    id: () => shownId(account, 'user', user.id, prefixedId),
    name: () => user.name,
    midname: () => '',
    lastname: () => user.lastname,
    email: () => user.email,
    secondaryEmails: () => user.secondaryEmails,
    login: () => user.login,
    role: () => user.role,
    status: () => user.status,
    groups: () => account.groups.filter(({ id }) => user.groups.includes(id)),
    phones: () => [],
    position: () => (user.position === undefined ? undefined : { id: user.id, name: user.position }),
    isDeleted: () => false,
    avatarUrl: () => '',
    languageCode: () => 'En',
    sourceObjectId: () => '',
    sourceDataVersion: () => '',
  })
