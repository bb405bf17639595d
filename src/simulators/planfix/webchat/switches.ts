import type { SwitchTable } from '../../common/switches.ts'

/** The switches of the Chat API (contracts/planfix-chat.md; contracts/planfix.md §12, §17), default first. */
export const chatSwitchTable = {
  /** Body of the answer to `newMessage`. */
  'webchat-reply': ['empty', 'json-success', 'json-ids'],
  /** Form of `data` in the answers to `getTask` and `getContact`. */
  'webchat-data-shape': ['json-string', 'object', 'bare'],
  /** Whether an equal `newMessage` within a minute becomes a second comment. */
  'webchat-repeat': ['doubles', 'deduplicated'],
  'webchat-title': ['renames-each-time', 'first-only'],
  /** The card of a client who is new in the chat and whose `contactEmail` another card has. */
  'webchat-email-merge': ['first-found', 'new-contact'],
  /** `newMessage` with files and without text. */
  'webchat-empty-message': ['400', 'accepted'],
  'webchat-limit': ['none', '429', '400-over-64k'],
  /** Whether webchat requests count as requests of the REST token. */
  'webchat-counts-as-rest': ['no', 'yes'],
  /** Whether the files of a `newMessage` are fetched before or after its answer. */
  'webchat-file-fetch': ['after-answer', 'before-answer'],
  /** Line ends of `message`. */
  'webchat-newline': ['br-needed', 'kept'],
  /** The "Write" button: a callback without `chatId` (`writesFirst`). */
  'webchat-first-message': ['off', 'on'],
  /** Whether the answer to a callback has to hold `chatId` and `contactId`; the first message's always has. */
  'webchat-reply-check': ['lenient', 'strict'],
  'webchat-message-id': ['present', 'absent'],
  'webchat-message-is-comment-id': ['yes', 'no'],
  /** Form of `message` in a callback: links as "label [ url ]" and quotes as ">>" lines, or the comment's HTML. */
  'webchat-text': ['plain', 'html'],
  'webchat-user-ico': ['with-id', 'plain-url', 'empty'],
  /** Whether a message sent with `isEcho` comes back as a callback. */
  'webchat-echo-callback': ['no', 'yes'],
  'webchat-delivery-twice': ['off', 'on'],
  /**
   * Whether a failed callback is repeated: never; after any failure; after a bad or missing answer, but not
   * when nothing could be reached.
   */
  'webchat-delivery-retry': ['none', 'on-failure', 'lost-while-down'],
} as const satisfies SwitchTable
