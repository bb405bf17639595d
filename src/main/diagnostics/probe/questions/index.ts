import type { Question } from '../question.ts'
import { accountQuestions } from './account.ts'
import { callQuestions } from './calls.ts'
import { chatQuestions } from './chat.ts'
import { commentQuestions } from './comments.ts'
import { recordQuestions } from './records.ts'
import { sourceQuestions } from './sources.ts'
import { assignerQuestion, taskQuestions } from './tasks.ts'

/** In the order in which they are asked. */
export const questions: readonly Question[] = [
  ...recordQuestions,
  ...accountQuestions,
  ...sourceQuestions,
  ...taskQuestions,
  ...commentQuestions,
  ...chatQuestions,
  ...callQuestions,
  assignerQuestion,
]

/** Why a question is not asked of a real account. */
export const REASONS = {
  'stops-account': 'it could stop the account, or the running bridge, for a while',
  'reaches-people': 'it would write to a person',
  'needs-person': 'only a person can do this in Planfix or Chatra',
  'needs-fault': 'the network or Planfix would have to fail at a chosen moment',
  'loses-task': 'the test task could be lost before it is completed',
  'leaves-objects': 'it would leave objects that only a person can delete',
  'not-used': 'nothing in the program depends on it',
} as const
export type WhyNot = keyof typeof REASONS

/** Unknown facts that are left alone, with the reason. */
export const notAsked: readonly { id: string; title: string; why: WhyNot }[] = [
  { id: 'over-rps', title: 'More than one request a second', why: 'stops-account' },
  { id: 'daily-limit', title: 'The end of the day’s requests', why: 'stops-account' },
  { id: 'account-state', title: 'A frozen, unpaid or blocked account', why: 'stops-account' },
  { id: 'planfix-write-outcome', title: 'A write without an answer', why: 'needs-fault' },
  { id: 'foreign-task', title: 'A task in which our employee has no role', why: 'loses-task' },
  { id: 'process-update', title: 'Changing the process of a task', why: 'not-used' },
  { id: 'delayed-comment', title: 'The number of a comment that is sent later', why: 'needs-person' },
  { id: 'moved-comment', title: 'The number of a comment that is moved', why: 'needs-person' },
  { id: 'contact-mail', title: 'Planfix’s own letter to a notified client', why: 'reaches-people' },
  { id: 'contact-template', title: 'A contact without a template', why: 'leaves-objects' },
  { id: 'email-duplicate', title: 'Two contacts with one e-mail', why: 'leaves-objects' },
  { id: 'file-size-unit', title: 'The unit of a file’s size', why: 'not-used' },
  { id: 'file-too-large', title: 'The largest file', why: 'leaves-objects' },
  { id: 'scenario-retry', title: 'Repeats of a scenario’s request', why: 'needs-fault' },
  { id: 'scenario-stall', title: 'Pause after a scenario’s failed request', why: 'needs-fault' },
  { id: 'scenario-timeout', title: 'Patience of a scenario’s request', why: 'needs-fault' },
  { id: 'scenario-header', title: 'The task’s number in a scenario’s request', why: 'needs-person' },
  { id: 'scenario-body', title: 'The text of a scenario’s request', why: 'needs-person' },
  { id: 'webchat-limit', title: 'Chat API: its limits', why: 'stops-account' },
  { id: 'webchat-email-merge', title: 'Chat API: a client with a known e-mail', why: 'leaves-objects' },
  { id: 'webchat-file-fetch', title: 'Chat API: when a file is fetched', why: 'not-used' },
  { id: 'webchat-first-message', title: 'Chat API: the button “Write”', why: 'needs-person' },
  { id: 'webchat-reply-check', title: 'Chat API: what our answer must hold', why: 'needs-fault' },
  { id: 'webchat-delivery-retry', title: 'Chat API: repeats of a failed call', why: 'needs-fault' },
  { id: 'chatra-message', title: 'Chatra: everything that needs a message in a chat', why: 'reaches-people' },
]
