import type { SimClock } from '../../common/clock.ts'
import { DelayedWork } from '../delayed-work.ts'
import { type Account, type SimComment, type SimTask, touch } from '../state.ts'
import { CallbackFaults } from './callback-faults.ts'
import { callbackForm, messageNumber } from './callback-form.ts'
import { chatKey, chatOf } from './channel.ts'
import type { ChatChannel } from './chat-state.ts'

/** Posts a form, `limitMs` at most. `body` is the answer's text. */
export type ChatPost = (
  address: string,
  form: string,
  limitMs: number,
) => Promise<{ status: number; body: string } | 'timeout' | 'unreachable'>

export interface ChatCallback {
  taskId: number
  commentId: number
  messageId: string
  /** 1 is the first; `webchat-delivery-twice` and the fault `twice` repeat the number. */
  attempt: number
  /** ms since 1970. */
  time: number
  url: string
  /** The form that was posted. */
  form: string
  /** The answer's status, or why there is none; `dropped` by a fault. */
  outcome: number | 'timeout' | 'unreachable' | 'dropped'
}

interface Delivery {
  channel: ChatChannel
  task: SimTask
  comment: SimComment
  messageId: string
  form: string
  attempt: number
  /** The first message of the "Write" button: its answer has to hold the new ids. */
  isFirst: boolean
}

const retryMs = [60_000, 300_000, 900_000]
const limitMs = 30_000
/** At any time scale, a correct receiver gets this long to answer. */
const shortestWait = 250

/**
 * Planfix's posts to a chat's own address (contracts/planfix.md §12.2): one at a time, in the order of the
 * comments. An edit or a deletion posts nothing.
 */
export class ChatCallbacks {
  readonly attempts: ChatCallback[] = []
  readonly faults = new CallbackFaults()
  private readonly account: Account
  private readonly scaled: (ms: number) => number
  private readonly origin: () => string
  private readonly clock: SimClock
  private readonly post: ChatPost
  private readonly later: DelayedWork
  private queue: Delivery[] = []
  private heldBack: Delivery[] = []
  private isBusy = false
  private isStopped = false
  private idle: (() => void)[] = []
  private background = new Set<Promise<unknown>>()

  constructor(
    account: Account,
    scaled: (ms: number) => number,
    origin: () => string,
    clock: SimClock,
    post: ChatPost = posted,
  ) {
    this.account = account
    this.scaled = scaled
    this.origin = origin
    this.clock = clock
    this.post = post
    this.later = new DelayedWork(clock)
  }

  /**
   * A comment was written: it goes to the chat when it is an employee's, visible, and notifies the task's
   * client. True when the task belongs to a chat and the comment goes there.
   */
  commented(task: SimTask, comment: SimComment): boolean {
    const chat = chatOf(this.account, task)
    if (!chat || comment.isHidden || !comment.owner.startsWith('user:')) return false
    if (!comment.recipients.users.includes(`contact:${chat.client.id}`)) return false
    this.begin(chat.channel, task, comment, { chatId: task.chat?.chatId ?? '' })
    return true
  }

  /** The "Write" button (switch `webchat-first-message`): no `chatId`; the answer brings it. */
  writtenFirst(channel: ChatChannel, task: SimTask, comment: SimComment, contactPhone: string): void {
    this.begin(channel, task, comment, { contactPhone })
  }

  /** Waits until nothing is being posted or fetched; repeats and delays are not waited for. */
  async settled(): Promise<void> {
    while (this.isBusy || this.background.size > 0) {
      if (this.isBusy) await new Promise<void>((resolve) => this.idle.push(resolve))
      await Promise.all(this.background)
    }
  }

  inBackground(work: Promise<unknown>): void {
    this.background.add(work)
    void work.finally(() => this.background.delete(work))
  }

  /** Posts now what waits for a repeat, a delay or its turn. */
  flush(): void {
    this.later.flush()
    this.enqueue(...this.heldBack.splice(0))
  }

  stop(): void {
    this.isStopped = true
    this.queue = []
    this.heldBack = []
    this.later.stop()
  }

  private begin(
    channel: ChatChannel,
    task: SimTask,
    comment: SimComment,
    address: Record<string, string>,
  ): void {
    if (!channel.url) return
    const messageId = messageNumber(this.account, comment)
    const form = callbackForm(this.account, this.origin(), channel, task, comment, messageId, address)
    const isFirst = !('chatId' in address)
    this.depart({ channel, task, comment, messageId, form, attempt: 1, isFirst })
  }

  private depart(delivery: Delivery): void {
    const fault = this.faults.take()
    if (fault?.kind === 'reorder') {
      this.heldBack.push(delivery)
      return
    }
    const copies = fault?.kind === 'twice' || this.account.switches['webchat-delivery-twice'] === 'on' ? 2 : 1
    const all = [...Array.from({ length: copies }, () => delivery), ...this.heldBack.splice(0)]
    if (fault?.kind === 'drop') this.record(delivery, 'dropped')
    else if (fault?.kind === 'delay') this.later.put(fault.ms, () => this.enqueue(...all))
    else this.enqueue(...all)
  }

  private enqueue(...deliveries: Delivery[]): void {
    this.queue.push(...deliveries)
    void this.work()
  }

  private async work(): Promise<void> {
    if (this.isBusy) return
    this.isBusy = true
    for (let next = this.queue.shift(); next && !this.isStopped; next = this.queue.shift())
      await this.send(next)
    this.isBusy = false
    for (const resolve of this.idle.splice(0)) resolve()
  }

  private async send(delivery: Delivery): Promise<void> {
    const wait = Math.max(shortestWait, Math.round(this.scaled(limitMs)))
    const outcome = await this.post(delivery.channel.url ?? '', delivery.form, wait)
    this.record(delivery, typeof outcome === 'string' ? outcome : outcome.status)
    const problem = this.problemIn(delivery, outcome)
    if (problem === undefined) return
    delivery.comment.delivery = { status: 'error', text: problem }
    touch(this.account, delivery.task)
    this.repeat(delivery, outcome === 'unreachable')
  }

  private repeat(delivery: Delivery, isUnreachable: boolean): void {
    const position = this.account.switches['webchat-delivery-retry']
    const ms = retryMs[delivery.attempt - 1]
    if (position === 'none' || ms === undefined || this.isStopped) return
    if (position === 'lost-while-down' && isUnreachable) return
    this.later.put(this.scaled(ms), () => this.enqueue({ ...delivery, attempt: delivery.attempt + 1 }))
  }

  /** Why the answer is no success; a first message's ids are stored on the way. */
  private problemIn(delivery: Delivery, outcome: Awaited<ReturnType<ChatPost>>): string | undefined {
    if (typeof outcome === 'string') return outcome === 'timeout' ? 'No answer in time' : 'No connection'
    if (outcome.status < 200 || outcome.status > 299) return `HTTP ${outcome.status} ${outcome.body}`.trim()
    const isStrict = delivery.isFirst || this.account.switches['webchat-reply-check'] === 'strict'
    if (!isStrict) return this.cleared(delivery)
    const { chatId, contactId } = fieldsIn(outcome.body)
    if (!chatId || !contactId) return 'The answer lacks chatId or contactId'
    if (delivery.isFirst) this.bind(delivery, chatId, contactId)
    return this.cleared(delivery)
  }

  /** An error that the way brought about goes with it. */
  private cleared({ comment, attempt }: Delivery): undefined {
    if (attempt > 1 && comment.delivery?.status === 'error') delete comment.delivery
  }

  private bind({ channel, task }: Delivery, chatId: string, contactId: string): void {
    task.chat = { providerId: channel.providerId, chatId }
    const client = this.account.contacts.get(Number(task.counterparty?.slice('contact:'.length)))
    if (client) client.chatKeys = [...new Set([...(client.chatKeys ?? []), chatKey(channel, contactId)])]
  }

  private record(
    { task, comment, messageId, attempt, channel, form }: Delivery,
    outcome: ChatCallback['outcome'],
  ) {
    this.attempts.push({
      taskId: task.id,
      commentId: comment.id,
      messageId,
      attempt,
      time: this.clock.now(),
      url: channel.url ?? '',
      form,
      outcome,
    })
  }
}

function fieldsIn(body: string): { chatId?: string; contactId?: string } {
  try {
    const read = JSON.parse(body) as { chatId?: string; contactId?: string } | null
    return read ?? {}
  } catch {
    return {}
  }
}

const posted: ChatPost = async (address, form, limit) => {
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
      redirect: 'manual',
      signal: AbortSignal.timeout(limit),
    })
    return { status: answer.status, body: await answer.text() }
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unreachable'
  }
}
