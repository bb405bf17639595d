import { defaultPositions, type Positions, type SwitchTable } from '../common/switches.ts'
import { chatSwitchTable } from './webchat/switches.ts'

const accountCodes = [2, 10, 11, 16, 20, 21, 23]
const accountStates = accountCodes.flatMap((code) => [403, 401, 400].map((status) => `code${code}-${status}`))

/** The switches of contracts/planfix.md §17 and of contracts/planfix-chat.md, default first. */
export const switchTable = {
  'over-rps': ['accepted-and-counted', '429-retry-after', '429-bare', 'delayed', '403-code22-short'],
  'daily-limit': ['off', '403-code22-ms', '403-code22-seconds', '403-code22-no-time', '200-fail-code22'],
  'rate-header': ['stale-10-min', 'exact', 'absent'],
  /** `ok`, or code and HTTP status, e.g. `code20-403`. */
  'account-state': ['ok', ...accountStates] as [string, ...string[]],
  'fail-in-2xx': ['off', 'on'],
  'planfix-write-outcome': [
    'normal',
    'timeout-after-commit',
    'timeout-before-commit',
    'timeout-then-late-commit',
    '504-after-commit',
  ],
  'update-answer': ['200-result-success', '200-failures-empty', '200-empty-body', '202-queued'],
  'failures-shape': ['array', 'object'],
  'scope-of-templates': ['readable-with-any-token', 'needs-readonly', '405-code5'],
  'source-dedup': ['none', 'returns-existing-id', '400-code41'],
  'source-read': ['always', 'only-with-source-id', 'never'],
  'source-id-on-task-write': ['ignored', 'stored', '400-code41'],
  'comment-list-source': ['filled', 'empty'],
  'missing-task': ['400-code1000', '400-code0'],
  'foreign-task': ['hidden-without-role', 'visible'],
  'assigner-contact': ['accepted', 'becomes-token-user', '400-code41', 'in-failures'],
  'process-update': ['ignored', 'applied'],
  'status-set': ['system-ids', 'custom-ids', '5-and-7-swapped', 'no-active-status'],
  newlines: ['dropped', 'kept'],
  'datetime-zone': ['utc', 'account-zone', 'with-dateTimeUtcSeconds'],
  'result-order': ['field-honoured', 'filed-honoured', 'ignored'],
  /** Whether `POST /task/list` accepts filter 79, change or comment (§6.4). */
  'changed-filter': ['accepted', '400-code41', 'ignored'],
  /** The number of a comment that is written now and sent later ("send later", `employeeWillComment`). */
  'delayed-comment': ['id-at-sending', 'id-at-writing'],
  /**
   * Whether comments that people move into another task keep their numbers (`movesComment`, `mergesTasks`).
   */
  'moved-comment': ['old-ids', 'new-ids'],
  /** Whether an edited or deleted comment shows in the times of its task. */
  'edit-mark': ['marked', 'unmarked'],
  'rest-comment-pushed': ['no', 'yes'],
  /** Whether Planfix itself mails a comment to a contact who is notified and has an e-mail (planfix-chat.md A6). */
  'contact-mail': ['mailed-when-ticked', 'not-mailed'],
  'over-64k': ['400-code5001', '400-code41', 'cut'],
  'contact-template': ['required-400-code2001', 'required-400-code40', 'optional'],
  'email-duplicate': ['400-code2001', '400-code2005', 'allowed', 'in-failures'],
  'id-shape': ['as-asked-by-prefixedId', 'always-number', 'always-prefixed'],
  'file-size-unit': ['kib-rounded-up', 'bytes'],
  /** `N`: the value that a test sets as `fileLimitMb`. */
  'file-too-large': ['400-code7002-over-100-MB', '400-code7002-over-N-MB', 'off'],
  'datatag-list-key': ['dataTags', 'dataTag'],
  'scenario-retry': ['ru-15-30-60-60', 'en-5-15-30-60', 'off'],
  'scenario-stall': ['3-minutes', 'off'],
  'scenario-timeout': ['30 s', '5 s', '60 s'],
  /** Whether a scenario's request names its task in the header `X-Planfix-Task` (contracts/planfix-chat.md). */
  'scenario-header': ['present', 'absent'],
  'scenario-body': ['raw-unescaped', 'escaped', 'empty-lists-as-strings'],
  ...chatSwitchTable,
} as const satisfies SwitchTable

export type PlanfixSwitches = Positions<typeof switchTable>
export type SwitchName = keyof PlanfixSwitches

export const defaultSwitches = (): PlanfixSwitches => defaultPositions(switchTable)

/** Meaning of a status, whatever number the account gives it. */
export type StatusKey =
  | 'draft'
  | 'new'
  | 'inProgress'
  | 'completed'
  | 'deferred'
  | 'rejected'
  | 'done'
  | 'cancelled'

export interface SimStatus {
  id: number
  key: StatusKey
  name: string
  ru: string
  color: string
  isActive: boolean
}

const systemStatuses: SimStatus[] = [
  { id: 0, key: 'draft', name: 'Draft', ru: 'Черновик', color: '#9e9e9e', isActive: false },
  { id: 1, key: 'new', name: 'New', ru: 'Новая', color: '#4573b1', isActive: true },
  { id: 2, key: 'inProgress', name: 'In progress', ru: 'В работе', color: '#3f9d4d', isActive: true },
  { id: 3, key: 'completed', name: 'Completed', ru: 'Завершенная', color: '#777777', isActive: false },
  { id: 4, key: 'deferred', name: 'Deferred', ru: 'Отложенная', color: '#b19145', isActive: false },
  { id: 5, key: 'rejected', name: 'Rejected', ru: 'Отклоненная', color: '#b14545', isActive: false },
  { id: 6, key: 'done', name: 'Done', ru: 'Выполненная', color: '#45b1a8', isActive: false },
  { id: 7, key: 'cancelled', name: 'Cancelled', ru: 'Отмененная', color: '#a34fb1', isActive: false },
]

const statusSets: Record<PlanfixSwitches['status-set'], SimStatus[]> = {
  'system-ids': systemStatuses,
  'custom-ids': systemStatuses.map((status) => ({ ...status, id: status.id + 101 })),
  '5-and-7-swapped': systemStatuses
    .map((status) => ({ ...status, id: status.id === 5 ? 7 : status.id === 7 ? 5 : status.id }))
    .sort((a, b) => a.id - b.id),
  'no-active-status': systemStatuses.map((status) => ({ ...status, isActive: false })),
}

/** The statuses of process 1 under the switch `status-set` (§6.5). */
export const statusesOf = (switches: PlanfixSwitches): SimStatus[] => statusSets[switches['status-set']]
