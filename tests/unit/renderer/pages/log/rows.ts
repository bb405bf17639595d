import { type MessageRow, PAGE_ROWS } from '../../../../../src/shared/api/log.ts'

/** A message as the application returns it. */
export const row = (id: number, change: Partial<MessageRow> = {}): MessageRow => ({
  id,
  connectionId: 'shop',
  conversationId: 1,
  clientName: 'Maria',
  direction: 'to-planfix',
  kind: 'text',
  targetId: null,
  author: { kind: 'client', name: 'Maria' },
  text: `message ${id}`,
  files: [],
  state: 'delivered',
  reason: null,
  writtenAt: id,
  receivedAt: id,
  attempts: 1,
  late: false,
  planfixTaskId: null,
  planfixCommentId: null,
  chatraMessageId: null,
  taskUrl: null,
  chatUrl: null,
  canRetry: false,
  canDismiss: false,
  ...change,
})

/** The application's side: what it would return for the messages it has. */
export class Stock {
  readonly #rows = new Map<number, MessageRow>()
  readonly #fits: (row: MessageRow) => boolean

  constructor(ids: Iterable<number>, fits: (row: MessageRow) => boolean = () => true) {
    for (const id of ids) this.put(row(id))
    this.#fits = fits
  }

  put(one: MessageRow): MessageRow {
    this.#rows.set(one.id, one)
    return one
  }
  /** Newest first. */
  all(): MessageRow[] {
    return [...this.#rows.values()].filter(this.#fits).sort((a, b) => b.id - a.id)
  }
  outline(): { total: number; pages: number[] } {
    const ids = this.all().map(({ id }) => id)
    return { total: ids.length, pages: ids.filter((_, index) => index % PAGE_ROWS === 0) }
  }
  page(fromId: number | null, limit = PAGE_ROWS): MessageRow[] {
    return this.all()
      .filter(({ id }) => fromId === null || id <= fromId)
      .slice(0, limit)
  }
}
