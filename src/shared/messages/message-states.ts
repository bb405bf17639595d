/** Life of a message (docs/architecture.md). A dismissed message is `skipped` with reason `dismissed`. */
export const MESSAGE_STATES = [
  'received',
  'queued',
  'sending',
  'retrying',
  'uncertain',
  'delivered',
  'failed',
  'skipped',
] as const
export type MessageState = (typeof MESSAGE_STATES)[number]

/** States in which a message is still to be delivered. */
export const OPEN_STATES = ['queued', 'sending', 'retrying'] as const satisfies readonly MessageState[]
export const isOpen = (state: MessageState): boolean =>
  (OPEN_STATES as readonly MessageState[]).includes(state)
