import { z } from 'zod'
import { NoAnswer, type Question, question } from '../question.ts'
import { allowed, get, look, NOWHERE, need, read, taskStep } from '../steps.ts'

const ping = () => get('/ping', { scope: 'task_readonly', about: 'account' })
const users = (prefixedId: boolean) =>
  look('/user/list', {
    body: { offset: 0, pageSize: 1, prefixedId, fields: 'id' },
    scope: 'user_readonly',
    about: 'account',
  })
const userList = z.looseObject({ users: z.array(z.looseObject({ id: z.union([z.int(), z.string()]) })) })
const ANY_SHAPE = 'reads every shape'

/** Read only: these questions write nothing. */
export const accountQuestions: readonly Question[] = [
  question({
    id: 'scope-of-templates',
    title: 'May this token read templates and statuses?',
    needs: 'account',
    positions: {
      readable: 'finds templates and the completed status by itself',
      refused: 'needs completedStatusId in the settings',
    },
    *ask() {
      const query = { offset: 0, pageSize: 1, fields: 'id' }
      const reply = yield get('/task/templates', { query, scope: 'task_readonly', about: 'account' })
      if (reply.ok) return 'readable'
      if (reply.error.code === 'missing-scope') return 'refused'
      throw new NoAnswer({ why: reply.error.code })
    },
  }),
  question({
    id: 'rate-header',
    title: 'Does Planfix say how many requests are left today?',
    needs: 'account',
    positions: {
      exact: 'plans the rest of the day by it',
      'stale-10-min': 'plans the rest of the day by it, and counts in between',
      absent: 'counts its own requests',
    },
    *ask() {
      const seen: (number | null)[] = []
      for (let n = 0; n < 3; n++) seen.push((yield* need(ping())).left)
      const [first, second, third] = seen
      if (first == null || second == null || third == null) return 'absent'
      return first > second && second > third ? 'exact' : 'stale-10-min'
    },
  }),
  question({
    id: 'missing-task',
    title: 'Answer for a task that does not exist',
    needs: 'account',
    positions: {
      '400-code1000': 'knows that the task is gone',
      '400-code0': 'asks the list once more before it counts as gone',
    },
    *ask() {
      const { vendorCode } = yield* missing()
      if (vendorCode === 1000) return '400-code1000'
      if (vendorCode === 0) return '400-code0'
      throw new NoAnswer('unexpected')
    },
  }),
  question({
    id: 'fail-in-2xx',
    title: 'Does a refusal come with a status of success?',
    needs: 'account',
    positions: { off: 'decides by code and status', on: 'decides by the code in the answer' },
    *ask() {
      const { status = 0 } = yield* missing()
      return status >= 200 && status < 300 ? 'on' : 'off'
    },
  }),
  question({
    id: 'id-shape',
    title: 'Numbers of people in answers',
    needs: 'account',
    positions: {
      'as-asked-by-prefixedId': ANY_SHAPE,
      'always-number': ANY_SHAPE,
      'always-prefixed': ANY_SHAPE,
    },
    *ask() {
      const isPrefixed = (ids: z.output<typeof userList>) => String(ids.users[0]?.id).startsWith('user:')
      const asked = read(userList, yield* need(users(true)))
      const plain = read(userList, yield* need(users(false)))
      if (isPrefixed(plain)) return 'always-prefixed'
      return isPrefixed(asked) ? 'as-asked-by-prefixedId' : 'always-number'
    },
  }),
  question({
    id: 'datatag-list-key',
    title: 'Name of the list of data tags',
    needs: 'account',
    positions: { dataTags: ANY_SHAPE, dataTag: ANY_SHAPE },
    *ask() {
      const body = { offset: 0, pageSize: 1, fields: 'id' }
      const { body: answer } = yield* need(
        look('/datatag/list', { body, scope: 'datatag_readonly', about: 'account' }),
      )
      const keys = Object.keys(Object(answer))
      if (keys.includes('dataTags')) return 'dataTags'
      if (keys.includes('dataTag')) return 'dataTag'
      throw new NoAnswer('unexpected')
    },
  }),
]

/** The refusal for a task that nobody has. */
function* missing() {
  const reply = yield* allowed({ ...taskStep(NOWHERE) })
  if (reply.ok) throw new NoAnswer('unexpected')
  return reply.error
}
