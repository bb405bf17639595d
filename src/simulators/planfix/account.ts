import type { Account, SimContactTemplate, SimCustomField, SimTaskTemplate, SimUser } from './state.ts'
import { defaultSwitches, type PlanfixSwitches } from './switches.ts'
import { newChatState } from './webchat/chat-state.ts'

export interface AccountOptions {
  now?: () => number
  switches?: Partial<PlanfixSwitches>
  users?: (Partial<SimUser> & { id: number; name: string })[]
  taskTemplates?: (Partial<SimTaskTemplate> & { id: number; name: string })[]
  contactTemplates?: (Partial<SimContactTemplate> & { id: number; name: string })[]
  /**
   * Custom fields of tasks (objectType 0) and contacts (objectType 1); every template contains all of them.
   */
  customFields?: SimCustomField[]
  /** Planfix's token of the Chat API. */
  chatToken?: string
  /** The employee of the token; default 1. */
  tokenUserId?: number
  robotSeesAll?: boolean
  /** Zone of the account and of the token's employee; default +02:00. */
  zoneOffsetMinutes?: number
}

const defaultUsers: (Partial<SimUser> & { id: number; name: string })[] = [
  { id: 1, name: 'Robot', email: 'robot@shop.example', role: 'Robot' },
  { id: 5, name: 'Ana', lastname: 'Rusu', email: 'ana@shop.example', position: 'Sales' },
  { id: 6, name: 'Julia', lastname: 'Popa', email: 'julia@shop.example', position: 'Sales' },
  { id: 7, name: 'Mihai', lastname: 'Ceban', email: 'mihai@shop.example', role: 'Admin', position: 'Owner' },
  { id: 8, name: 'Oleg', lastname: 'Munteanu', email: 'oleg@shop.example', status: 'Inactive' },
]

const defaultCustomFields: SimCustomField[] = [
  { id: 87, name: 'Chat id', type: 0, objectType: 0, groupId: 1 },
  { id: 88, name: 'Chatra client id', type: 0, objectType: 1, groupId: 1 },
]

/** A paid account with a robot, four employees, one task and one contact template and a data tag for visits. */
export function newAccount(options: AccountOptions = {}): Account {
  const customFields = options.customFields ?? defaultCustomFields
  const fieldsFor = (objectType: number) =>
    customFields.filter((field) => field.objectType === objectType).map((field) => field.id)
  const users = (options.users ?? defaultUsers).map(completeUser)
  const tokenUserId = options.tokenUserId ?? 1
  if (!users.some((user) => user.id === tokenUserId))
    users.unshift(completeUser({ id: tokenUserId, name: 'Robot', role: 'Robot' }))
  const firstEmployee = users.find((user) => user.id !== tokenUserId) ?? users[0]
  return {
    switches: { ...defaultSwitches(), ...options.switches },
    now: options.now ?? Date.now,
    offsetMinutes: options.zoneOffsetMinutes ?? 120,
    tokenUserId,
    robotSeesAll: options.robotSeesAll ?? false,
    fileLimitMb: 10,
    users: new Map(users.map((user) => [user.id, user])),
    groups: [{ id: 1, name: 'Sales' }],
    contacts: new Map(),
    tasks: new Map(),
    comments: new Map(),
    files: new Map(),
    entries: new Map(),
    taskTemplates: (options.taskTemplates ?? [{ id: 12, name: 'Chat with a client' }]).map((template) => ({
      processId: 1,
      assignees: firstEmployee ? [`user:${firstEmployee.id}`] : [],
      participants: [],
      customFields: fieldsFor(0),
      ...template,
    })),
    contactTemplates: (
      options.contactTemplates ?? [
        { id: 5, name: 'Website client' },
        { id: 6, name: 'Company', isCompany: true },
      ]
    ).map((template) => ({ isCompany: false, customFields: fieldsFor(1), ...template })),
    dataTags: [
      {
        id: 4,
        name: 'Visit',
        group: { id: 1, name: 'Site' },
        fields: ['OS', 'Browser', 'IP'].map((name, n) => ({
          id: 10 + n,
          name,
          type: 0,
          objectType: 4,
          groupId: 1,
        })),
      },
    ],
    customFields,
    bySource: new Map(),
    ids: { task: 1041, contact: 92, comment: 50231, file: 124, entry: 11 },
    pushed: [],
    chat: newChatState(options.chatToken),
    mails: [],
    violations: [],
    version: 0,
  }
}

function completeUser(user: Partial<SimUser> & { id: number; name: string }): SimUser {
  const email = user.email ?? `user${user.id}@shop.example`
  return {
    lastname: '',
    email,
    secondaryEmails: [],
    login: email,
    role: 'User',
    status: 'Active',
    groups: user.role === 'Robot' ? [] : [1],
    ...user,
  }
}
