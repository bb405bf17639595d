import type { BridgeError } from '../../shared/errors.ts'
import { isTextKey, translate } from '../../shared/i18n/index.ts'
import type { Scope } from '../../shared/scopes.ts'

/** Every word the checks say, in one place, to be translated one day. */

export const TITLES = {
  configuration: 'The configuration is valid',
  dataFolder: 'The data folder can be written and has room',
  secrets: 'Keys and token are there',
  chatraKeys: 'Chatra accepts the keys',
  chatraPlan: 'The Chatra account has access to the API',
  planfixReachable: 'Planfix can be reached',
  token: 'Planfix accepts the token',
  scope: (scope: Scope) => `The token may: ${SCOPE_WORDS[scope]}`,
  taskTemplate: 'The task template exists',
  contactTemplate: 'The contact template exists',
  completedStatus: 'The status that completes a task is known',
  employeeList: 'It is said which employees answer clients',
  employees: 'The employees exist and are matched',
  participants: 'The extra participants exist',
  clock: "This computer's clock is right",
  budget: "Planfix's requests of today suffice",
  webhookSecret: 'The webhook secret is there',
  running: 'The bridge is running',
  reachable: 'Chatra and Planfix can reach the bridge',
} as const

const SCOPE_WORDS: Record<Scope, string> = {
  task_readonly: 'read tasks',
  task_add: 'create tasks',
  task_update: 'change tasks',
  contact_readonly: 'read contacts',
  contact_add: 'create contacts',
  contact_update: 'change contacts',
  comment_readonly: 'read comments',
  comment_add: 'write comments',
  comment_delete: 'delete comments',
  user_readonly: 'read employees',
  file_readonly: 'read files',
  file_add: 'add files',
  datatag_readonly: 'read data tags',
  datatag_add: 'write data tags',
}

/** What does not work when a scope is missing that the bridge can live without. */
export const WITHOUT_SCOPE: Partial<Record<Scope, string>> = {
  comment_delete: 'a comment that arrived twice cannot be removed',
  user_readonly: 'the employees cannot be checked here',
  file_readonly: "employees' files cannot be passed to clients",
  file_add: "clients' files come as links instead of files",
}

export const ADVICE = {
  configuration: 'Correct these places in the file.',
  noConfiguration:
    'Write a configuration and name it with --config, or save it as config.json in the data folder.',
  folder: 'Give this user the right to write there, or choose another folder with --data-dir.',
  room: 'Free some space on this disk.',
  chatraKeys:
    'Copy both keys again from Chatra: Settings, Preferences, API keys. Chatra answers the same when the account has no paid licence.',
  chatraDoubt: 'If replies do not arrive in the chat, copy both keys again from Chatra.',
  address: 'Check planfix.baseUrl in the configuration: it is https://ACCOUNT.planfix.com/rest.',
  scope: (scope: Scope) =>
    `Allow "${SCOPE_WORDS[scope]}" (${scope}) for this token in Planfix: Account management, API access, REST API.`,
  template: (key: string) => `Choose one of these and write its number to ${key} in the configuration.`,
  noTemplate: (key: string) =>
    `Write the number of a template to ${key}, unless Planfix's own defaults suit you.`,
  completed: 'Write the number of the status that completes a task to options.completedStatusId.',
  employeeList: 'List the employees who may answer under "employees", unless everybody may.',
  employees: 'Remove them from "employees" or correct planfixUserId.',
  sameEmail: 'Give each employee an e-mail or an agent of his own.',
  noEmail: 'Write their Chatra e-mail to employees[].email, or the agent to employees[].chatraAgentId.',
  participants: 'Correct planfix.participants in the configuration.',
  clock: 'Switch on the automatic setting of date and time on this computer.',
  budget: 'Look which other programs use the same Planfix account, or raise planfix.pollSeconds.',
  webhookSecret: 'Write at least 22 random letters and digits to webhookSecret of this connection.',
  start: 'Start it: npm run serve.',
  stateDegraded: 'Look at what the other checks say, and at the status page.',
  publicUrl:
    'Chatra can only deliver to a public https address: let one (a tunnel or a reverse proxy) lead to the receiver and write it to publicUrl.',
  reachable: 'Check that the tunnel or proxy runs and leads to the receiver (--hook-port).',
} as const

/** What the owner does about an error of a service; the same words as in the interface. */
export const todoFor = (error: BridgeError): string =>
  isTextKey(error.userMessageKey)
    ? translate('en', error.userMessageKey, { scope: error.scope ?? '' })
    : error.detail
