import { describe, expect, test } from 'vitest'
import { JOB_KINDS, type Job, jobProblem, newJob } from '../../../../src/shared/messages/job.ts'

const problem = (kind: string, data: unknown) => jobProblem({ kind, data } as Job)

describe('the stored data of a job', () => {
  test.each([
    ['reread', { taskId: 1, commentId: 2 }],
    ['find-comment', { chatId: 'c1', calledAt: 5 }],
    ['note', { what: 'loop' }],
    ['note', { what: 'merged', taskId: 4, intoConversation: 2 }],
    ['note', { what: 'perhaps', otherConversation: 2 }],
    ['note', { what: 'device-joined', clientId: 'c1', why: 'vouched' }],
    ['note', { what: 'twin', taskId: 4, otherTask: 5 }],
    ['note', { what: 'twin-card', otherContact: 92 }],
    ['note', { what: 'introduction', value: 'a@b.example' }],
    ['note', { what: 'file-not-delivered', file: '', messageId: 7, taskId: null }],
    ['note', { what: 'kept-inside', messageId: null, taskId: 4 }],
    ['note', { what: 'not-delivered', reason: 'not-arrived', messageId: 7, taskId: 4, unnamed: true }],
    ['separate', {}],
    ['assigner', { taskId: 4, contactId: 92, again: true }],
    ['introduce', { clientId: 'c1', look: true }],
    ['complete', {}],
    ['complete', { taskId: 4 }],
    ['leave-check', { clientId: 'c1', tries: 3 }],
    ['verify', { sourceObjectId: 's', text: 'Hello', contactId: null, taskId: 4 }],
    [
      'verify',
      { sourceObjectId: 's', text: '', contactId: 92, what: 'task', name: 'Anna', chatId: 'x', n: 1 },
    ],
    ['verify', { sourceObjectId: 's', text: '', contactId: null, what: 'contact', startedAt: 5, email: '' }],
    ['verify', { sourceObjectId: 's', text: '', contactId: 92, what: 'visit' }],
    ['visit', { clientId: 'c1', startedAt: 5, os: null, browser: 'Chrome', ip: undefined }],
  ])('of the kind %s that the bridge writes is accepted: %j', (kind, data) => {
    expect(problem(kind, data)).toBeNull()
  })

  test.each([
    ['reread', { taskId: 1 }, 'commentId'],
    ['note', {}, 'what'],
    ['note', { what: 'sing' }, 'what'],
    ['note', { what: 'twin' }, 'otherTask'],
    ['introduce', { clientId: 7 }, 'clientId'],
    ['leave-check', {}, 'clientId'],
    ['visit', { clientId: 'c1', startedAt: 'noon' }, 'startedAt'],
    ['complete', null, 'data'],
    ['verify', { text: 'x', taskId: 1 }, 'data'],
    ['dance', {}, 'kind: dance'],
  ])('of the kind %s that cannot be understood is refused with its place: %j', (kind, data, place) => {
    expect(problem(kind, data)).toContain(place)
  })

  test('is described for every kind of job', () => {
    expect(JOB_KINDS.filter((kind) => problem(kind, null) === null)).toEqual([])
  })
})

test('a new job has not failed and has no pending write', () => {
  const job = newJob({
    ...{
      id: 1,
      connectionId: 'shop',
      conversationId: 2,
      kind: 'complete',
      key: 'task',
      data: {},
      notBefore: 5,
    },
  })
  expect(job).toMatchObject({ failures: 0, attempt: null, kind: 'complete' })
})

test('a problem of stored data is named by its path and what is wrong there', () => {
  expect(problem('reread', { taskId: 'x', commentId: 2 })).toMatch(/^data\.taskId: \S/)
  expect(problem('reread', 'x')).toMatch(/^data: \S/)
})
