/**
 * One chat of "Planfix API for chats" as an owner enters it (contracts/planfix-chat.md A1). Ids are numbers of
 * templates and employees.
 */
export interface ChatChannel {
  /** The `integration` of callbacks, and the suffix of tasks' names. */
  name: string
  /** Tells chats with equal ids apart; without "~". */
  providerId: string
  /** Address that callbacks are posted to; without it nothing is posted. */
  url?: string
  /** Sent with callbacks as `token`. */
  token: string
  taskTemplateId: number
  contactTemplateId: number
  /** Assignees beside the template's, e.g. `user:7`. */
  employees: string[]
  /** Author of echoes whose `userEmail` is no employee's; without it the one who connected the chat. */
  echoAuthor?: number
  /** The employee who connected the chat. */
  connectedBy: number
  newTaskWhenNoneActive: boolean
  /** Whether contacts with a phone have the button "Write". */
  writeButton: boolean
}

/** The Chat API's part of an account. */
export interface ChatState {
  /** Shown to the owner, expected as `planfix_token`. */
  token: string
  channels: Map<string, ChatChannel>
  /** Requests in a running second above which the switch `webchat-limit` answers 429. */
  requestsPerSecond: number
  /** Callbacks whose number is not a comment's (switch `webchat-message-is-comment-id`) by that number. */
  messages: Map<string, number>
  /** When each message last came, ms since 1970, by its content (switch `webchat-repeat`). */
  recent: Map<string, number>
  /** Times of the last second's requests. */
  admitted: number[]
  /** Addresses of attachments that could not be fetched. */
  failedFetches: string[]
}

export const newChatState = (token = 'planfix-simulator-chat-token'): ChatState => ({
  token,
  channels: new Map(),
  requestsPerSecond: 1,
  messages: new Map(),
  recent: new Map(),
  admitted: [],
  failedFetches: [],
})
