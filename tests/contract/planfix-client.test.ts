import { describe, expect, test } from 'vitest'
import { createPlanfixClient } from '../../src/main/planfix/client.ts'
import { systemClock } from '../../src/main/process/clock.ts'
import { SCOPES } from '../../src/shared/setup/scopes.ts'
import { switchTable } from '../../src/simulators/planfix/index.ts'
import { connectionTo } from '../unit/planfix/connection.ts'
import {
  contactFor,
  day,
  errorOf,
  got,
  newComment,
  newTask,
  open,
  says,
  source,
} from './planfix-client-setup.ts'

const positions = (Object.keys(switchTable) as (keyof typeof switchTable)[]).flatMap((name) =>
  switchTable[name].map((position) => [name, position] as const),
)
/** Switches that make writes or all calls fail have separate tests below. */
const OWN = [
  'account-state',
  'daily-limit',
  'planfix-write-outcome',
  'over-rps',
  'scope-of-templates',
  'file-too-large',
]
const harmless = positions.filter(([name]) => !OWN.includes(name) && !name.startsWith('scenario-'))

describe('an ordinary day', () => {
  test.each(harmless)('an ordinary day works with %s %s', async (name, position) => {
    const opening = await open({ [name]: position }, { simulator: { robotSeesAll: true } })
    const { simulator, client } = opening
    const { contactId, taskId, commentId, replyId } = await day(opening)
    await simulator.flush()

    const { comments, complete } = got(await client.comments(taskId, 0))
    expect(complete).toBe(true)
    const mine = comments.find(({ id }) => id === commentId)
    expect(mine?.text).toBe('Where is my order?\n<b>&</b> https://shop.example/?a=1&b=2')
    expect(mine?.owner).toBe(`contact:${contactId}`)
    expect(comments.find(({ id }) => id === replyId)).toMatchObject({
      text: 'On its way\nAna',
      owner: 'user:5',
      ownerName: 'Ana Rusu',
      recipients: [`contact:${contactId}`],
      isHidden: false,
    })

    const contact = got(await client.contact(contactId))
    expect(contact).toMatchObject({ name: 'Anna ‹Popa›', email: 'anna@example.com', isDeleted: false })
    expect(got(await client.contactsByEmail('Anna@Example.com')).map(({ id }) => id)).toEqual([contactId])
    const task = got(await client.task(taskId))
    expect(task).toMatchObject({
      name: 'Anna (Chatra)',
      counterparty: `contact:${contactId}`,
      templateId: 12,
    })
    expect(task.participantUserIds).toContain(7)
    expect(got(await client.tasks([taskId, 999_999])).map(({ id }) => id)).toEqual([taskId])
    expect(got(await client.tasksOfContact(contactId)).map(({ id }) => id)).toEqual([taskId])

    got(await client.addContactComment(contactId, says('Windows 10'), source(4)))
    got(await client.addVisitTag(contactId, { os: 'Windows 10', browser: 'Chrome', ip: '192.0.2.10' }))
    expect(got(await client.contactComments(contactId)).map((one) => one.text)).toContain('Windows 10')

    const completed = got(await client.completedStatusId())
    got(await client.updateTask(taskId, { statusId: completed ?? 0 }))
    await simulator.flush()
    expect(simulator.statusOf(taskId)?.key).toBe('completed')
    const after = got(await client.task(taskId))
    expect(after.status && client.isStatusActive(after.status)).toBe(false)
    expect(client.isStatusActive(task.status ?? { id: -1, name: '', isActive: null })).toBe(true)

    got(await client.deleteComment(commentId))
    expect(errorOf(await client.task(888_888)).code).toBe('object-gone')
    expect(errorOf(await client.comments(888_888, 0)).code).toBe('object-gone')
    expect(errorOf(await client.contact(888_888)).code).toBe('object-gone')
    expect(errorOf(await client.comment(888_888)).code).toBe('object-gone')
    expect(errorOf(await client.updateTask(888_888, { statusId: 1 })).code).toBe('object-gone')
    expect(errorOf(await client.addComment(888_888, newComment('x'))).code).toBe('object-gone')
  })
})

describe('settings of the wizard', () => {
  test.each(switchTable['id-shape'])(
    'employees, groups and templates are read with id-shape %s',
    async (position) => {
      const { client } = await open({ 'id-shape': position })
      const users = got(await client.users())
      expect(users.find(({ id }) => id === 5)).toEqual({
        id: 5,
        name: 'Ana Rusu',
        email: 'ana@shop.example',
        otherEmails: [],
        role: 'User',
      })
      expect(users.some(({ id }) => id === 8)).toBe(false)
      expect(got(await client.groups())).toEqual([{ id: 1, name: 'Sales' }])
      expect(got(await client.taskTemplates())).toEqual([
        { id: 12, name: 'Chat with a client', processId: 1 },
      ])
      expect(got(await client.contactTemplates())).toEqual([{ id: 5, name: 'Website client' }])
      expect(got(await client.processes())).toEqual([{ id: 1, name: 'Chats' }])
      expect(got(await client.statuses(1)).find(({ id }) => id === 3)?.names).toEqual([
        'Completed',
        'Завершенная',
      ])
    },
  )

  test.each(switchTable['datatag-list-key'])('data tags are read under %s', async (position) => {
    const { client } = await open({ 'datatag-list-key': position })
    const [tag] = got(await client.dataTags())
    expect(tag).toEqual({
      id: 4,
      name: 'Visit',
      fields: [
        { id: 10, name: 'OS' },
        { id: 11, name: 'Browser' },
        { id: 12, name: 'IP' },
      ],
    })
  })

  test.each(switchTable['scope-of-templates'])(
    'a refusal of templates names the missing right (%s)',
    async (position) => {
      const { client } = await open({ 'scope-of-templates': position }, { simulator: { scopes: [] } })
      const templates = await client.taskTemplates()
      if (position === 'readable-with-any-token') expect(templates.ok).toBe(true)
      else expect(errorOf(templates)).toMatchObject({ code: 'missing-scope', scope: 'task_readonly' })
    },
  )

  test('ping works whatever the scopes', async () => {
    const { client } = await open({}, { simulator: { scopes: [] } })
    expect((await client.ping()).ok).toBe(true)
  })
})

describe('scopes', () => {
  test.each(SCOPES)('the scope %s is found granted and found missing without any change', async (scope) => {
    const { simulator, client } = await open({ 'contact-template': 'optional' })
    expect(got(await client.probeScope(scope))).toBe('granted')
    simulator.scopes.delete(scope)
    expect(got(await client.probeScope(scope))).toBe('missing')
    expect([simulator.tasks, simulator.contacts, simulator.files]).toEqual([[], [], []])
  })

  test('an operation names the missing scope that it needs', async () => {
    const { simulator, client } = await open()
    const contactId = await contactFor(client)
    const taskId = got(await client.createTask(newTask(contactId))).id
    simulator.scopes.delete('comment_add')
    expect(errorOf(await client.addComment(taskId, newComment('x')))).toMatchObject({
      code: 'missing-scope',
      scope: 'comment_add',
      certain: true,
    })
  })
})

describe('the account', () => {
  test('a wrong token is reported as wrong-keys', async () => {
    const { simulator } = await open()
    const client = createPlanfixClient({
      connection: connectionTo(simulator.restUrl),
      token: 'not-the-token',
      clock: systemClock,
    })
    expect(errorOf(await client.ping()).code).toBe('wrong-keys')
    client.close()
  })

  test.each(switchTable['account-state'].filter((state) => state !== 'ok'))('%s is named', async (state) => {
    const { client } = await open({ 'account-state': state })
    const expected = state.startsWith('code21') ? 'no-plan' : 'unpaid'
    expect(errorOf(await client.addComment(1, newComment('x')))).toMatchObject({
      code: expected,
      certain: true,
    })
    expect(errorOf(await client.users()).code).toBe(expected)
  })

  test.each(['403-code22-ms', '403-code22-seconds'] as const)(
    'the daily limit is reported with its end (%s)',
    async (position) => {
      const { simulator, client } = await open({ 'daily-limit': position })
      const first = errorOf(await client.ping())
      // Seconds look like a short pause until a second answer shows how fast they pass.
      if (position === '403-code22-seconds') {
        expect(first.code).toBe('rate-limited')
        await new Promise((resolve) => setTimeout(resolve, 2100))
      }
      const error = errorOf(await client.ping())
      const time = error.retry.when === 'at' ? error.retry.time : 0
      expect(error.code).toBe('daily-limit')
      expect(Math.abs(time - simulator.limits.resetAt)).toBeLessThan(5000)
      expect(client.quota().remaining).toBe(0)
    },
  )

  test('a daily limit without a time is tried again later', async () => {
    const { client } = await open({ 'daily-limit': '403-code22-no-time' })
    expect(errorOf(await client.ping())).toMatchObject({ code: 'daily-limit', retry: { when: 'later' } })
  })

  test.each(['429-retry-after', '429-bare'] as const)(
    'too many requests a second are reported as rate-limited (%s)',
    async (position) => {
      const { client } = await open({ 'over-rps': position }, { simulator: { requestsPerSecondLimit: 1 } })
      await client.ping()
      const error = errorOf(await client.ping())
      expect(error).toMatchObject({ code: 'rate-limited', certain: true })
      expect(error.retry.when).toBe(position === '429-bare' ? 'later' : 'at')
    },
  )
})

describe('a write with an unknown result', () => {
  test.each([
    'timeout-after-commit',
    'timeout-before-commit',
    'timeout-then-late-commit',
    '504-after-commit',
  ] as const)('the result of %s is indeterminate, with a time-out', async (position) => {
    const { simulator, client } = await open({}, { timeoutMs: 300 })
    const contactId = await contactFor(client)
    simulator.nextWrites(position)
    const error = errorOf(await client.createTask(newTask(contactId)))
    expect(error).toMatchObject({ code: 'unclear', certain: false })
    expect(error.timedOut).toBe(true)
  })

  test.each(['filled', 'empty'] as const)(
    'a comment that arrived is found again (comment-list-source %s)',
    async (position) => {
      const { simulator, client } = await open({ 'comment-list-source': position }, { timeoutMs: 300 })
      const contactId = await contactFor(client)
      const taskId = got(await client.createTask(newTask(contactId))).id
      simulator.nextWrites('timeout-after-commit')
      errorOf(await client.addComment(taskId, newComment('lost?', { owner: `contact:${contactId}` })))
      const { comments } = got(await client.comments(taskId, 0))
      const found = comments.find((one) => one.text === 'lost?')
      const whole = got(await client.comment(found?.id ?? 0))
      expect(whole.sourceObjectId).toBe(source(3))
    },
  )

  test.each([-720, -300, 0, 120, 840])(
    'a contact that arrived is found again in a zone of %i minutes',
    async (zone) => {
      const { simulator, client } = await open(
        { 'source-read': 'only-with-source-id' },
        { timeoutMs: 300, simulator: { zoneOffsetMinutes: zone } },
      )
      simulator.nextWrites('timeout-after-commit')
      const startedAt = Date.now()
      errorOf(await client.createContact({ name: 'Anna' }, source(1)))
      const found = got(await client.lookForContacts({ sourceObjectId: source(1), startedAt, name: 'Anna' }))
      expect(found).toMatchObject([{ name: 'Anna', sourceObjectId: source(1) }])
    },
  )
})
