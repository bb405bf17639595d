import {
  type Got,
  NoAnswer,
  type OwnChat,
  type OwnTask,
  type Question,
  type Reason,
  type Reply,
  type Scene,
  type Step,
} from '../../../../src/main/diagnostics/probe/question.ts'
import { questions } from '../../../../src/main/diagnostics/probe/questions/index.ts'
import { bridgeError, type ErrorCode, fail, ok } from '../../../../src/shared/errors.ts'

export const AT = Date.UTC(2026, 2, 2, 9, 30, 10)

const scene: Scene = {
  mark: 'abcd1234',
  words: { task: 'Check', contact: 'Test', comment: 'Ignore' },
  taskTemplateId: 12,
  contactTemplateId: 5,
  sourceId: 'the-source',
  newId: () => 'an-id',
  publicUrl: 'https://hooks.example',
  receives: true,
}
const task: OwnTask = {
  id: 7,
  name: 'Check abcd1234',
  contactId: 92,
  sourceObjectId: 'task-id',
  contactSourceObjectId: 'contact-id',
  processId: 1,
}
const chat: OwnChat = { chatId: 'probe-shop', taskId: 8, contactId: 93 }

export const got = (body: unknown, more: Partial<Got> = {}): Reply =>
  ok({ status: 200, body, left: null, at: AT, ...more })
export const refusal = (code: ErrorCode, more: { status?: number; vendorCode?: number } = {}): Reply =>
  fail(bridgeError('planfix', code, 'said so', more))

export const ask = (id: string, account: (step: Step, n: number) => Reply): string | Reason => {
  const asked = questions.find((one) => one.id === id)
  if (!asked) throw new Error(`there is no question ${id}`)
  return answerOf(asked, account)
}

/** The question's answer when the account replies like this to its steps, numbered from 0. */
export function answerOf(asked: Question, account: (step: Step, n: number) => Reply): string | Reason {
  const asking =
    asked.needs === 'task'
      ? asked.ask(scene, task)
      : asked.needs === 'chat'
        ? asked.ask(scene, chat)
        : asked.ask(scene)
  try {
    let next = asking.next()
    for (let n = 0; next.done !== true; n++) next = asking.next(account(next.value, n))
    return typeof next.value === 'string' ? next.value : next.value.position
  } catch (error) {
    if (error instanceof NoAnswer) return error.reason
    throw error
  }
}
