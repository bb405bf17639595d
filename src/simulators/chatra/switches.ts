import type { Positions, SwitchTable } from '../common/switches.ts'

/**
 * Every fact about Chatra that no public source settles, with the positions a bridge must survive
 * (contracts/chatra.md §10). The first position of a row is its default.
 */
export const chatraSwitches = {
  'basic-auth': ['accepted', 'refused'],
  'error-body': ['code-message', 'error-string', 'empty', 'html'],
  'bad-key-status': ['401', '403', '400'],
  'unknown-id-status': ['404', '400', '200-null'],
  'missing-field-status': ['400', '422'],
  'rate-limit': ['off', '429-retry-after', '429-bare', '403'],
  'plan-refusal': ['off', '402', '403', '401'],
  'chatra-write-outcome': ['normal', 'timeout-after-commit', 'timeout-before-commit', '502-after-commit'],
  'unknown-client-send': ['404', '400', '200-and-lost'],
  'agent-by-email': ['dummy-agent-made', '400'],
  'long-text': ['400-over-5000', 'accepted', 'cut-at-5000'],
  'empty-text': ['400', 'accepted'],
  'html-text': ['literal', 'stripped', 'rendered'],
  'edit-client-message': ['403', '400', '404'],
  /** A deletion under `fragment-same-id` is announced with an empty text; `fragment-new-id` announces none. */
  'edit-event': ['none', 'fragment-same-id', 'fragment-new-id'],
  'notes-put': ['replace', 'append'],
  /** `none` suppresses the fragment and a chatStarted; a later transcript still contains the message. */
  'rest-echo': ['with-received-from', 'without-received-from', 'none'],
  'echo-before-reply': ['off', 'on'],
  'pushed-echo': ['with-is-pushed', 'bare', 'none'],
  'text-key': ['both', 'text', 'message'],
  'message-id': ['present', 'absent'],
  'created-at': ['ms', 'iso-string', 'absent'],
  /**
   * `none`: the message's text is the file's name and nothing shows that there was a file.
   * `brevo-file-url-later`: only the transcript contains its address.
   */
  files: ['none', 'brevo-file-object', 'link-in-text', 'brevo-file-url-later'],
  'system-messages': ['off', 'on'],
  'agents-list': ['full', 'ids-only', 'empty'],
  'info-present': ['full', 'no-basic-info', 'info-missing'],
  'client-keys': ['brevo-names', 'minimal'],
  /** `given`: an empty displayedName until a name is given; `missing`: never a displayedName. */
  'visitor-name': ['generated', 'given', 'missing'],
  'start-page': ['chatStartedPage', 'conversationStartPage', 'absent'],
  'extra-keys': ['on', 'off'],
  'first-message-events': ['both', 'fragment-only', 'started-only'],
  'fragment-size': ['1', 'up-to-5', 'up-to-50'],
  'webhook-timeout': ['10 s', '3 s', '30 s'],
  'webhook-retry': ['none', 'on-timeout', 'on-non-200'],
  'webhook-duplicate': ['off', 'same-event-twice'],
  'webhook-order': ['in-order', 'shuffled-within-chat'],
  'transcript-timing': ['on-leave', 'minutes-later', 'never', 'during-chat'],
  'transcript-repeat': ['all-messages', 'new-messages', 'none'],
  'chat-id-life': ['one-per-client', 'new-per-chat'],
  'leave-signal': ['transcript', 'finished-at-only', 'none'],
  /** `lost`: the visitor's answer by e-mail never reaches the chat. */
  'email-reply': ['fragment', 'lost'],
} as const satisfies SwitchTable

export type ChatraSwitches = Positions<typeof chatraSwitches>
export type ChatraSwitch = keyof ChatraSwitches
