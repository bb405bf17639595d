import type { ChatraSimulator, Visitor } from '../../simulators/chatra/index.ts'
import {
  type PlanfixSimulator,
  plain,
  type SimComment,
  type SimTask,
} from '../../simulators/planfix/index.ts'

/** A visitor of the site: one person, one or more devices, and every name that the card may have. */
export interface Person {
  names: string[]
  devices: Visitor[]
}
export type Direction = 'Chatra → Planfix' | 'Planfix → Chatra'
/** Copies of a message in the right conversation, and in wrong ones. */
interface Copies {
  here: number
  elsewhere: number
}
interface Sent {
  direction: Direction
  text: string
  copies(): Copies | Promise<Copies>
}
export interface Tally {
  sent: number
  arrived: number
  doubled: number
  lost: number
}
export interface Account {
  rows: Record<Direction, Tally>
  total: Tally
  /** Texts of messages that are missing or duplicated. */
  lost: string[]
  doubled: string[]
  notes: number
  /** Texts of internal notes found in a client's chat. */
  leaked: string[]
}

/**
 * The messages of both sides, and how often the other side contains each of them. All counts come from the
 * simulators; the bridge is not asked.
 */
export class DeliveryCounter {
  private readonly chatra: ChatraSimulator
  private readonly planfix: PlanfixSimulator
  private readonly sent: Sent[] = []
  private readonly notes: string[] = []

  constructor(chatra: ChatraSimulator, planfix: PlanfixSimulator) {
    this.chatra = chatra
    this.planfix = planfix
  }

  /** A client's or agent's text must be in one comment (or description) of the client's tasks. */
  toPlanfix(person: Person, text: string): Sent {
    return this.add('Chatra → Planfix', text, () =>
      this.count(person, (one) => timesIn(plain(one.description), text)),
    )
  }

  /** A client's file must be attached, byte for byte, to one comment of the client's tasks. */
  fileToPlanfix(person: Person, name: string, content: Buffer): Sent {
    return this.add('Chatra → Planfix', `[file ${name}]`, () =>
      this.count(person, (comment) => {
        const files = comment.files.map((id) => this.planfix.account.files.get(id))
        return files.filter((file) => file?.content.equals(content)).length
      }),
    )
  }

  /**
   * An employee's text must be in the chat of one of the client's devices. `text` may be changed by an edit.
   */
  toChatra(person: Person, text: string): Sent {
    const entry = this.add('Planfix → Chatra', text, () =>
      this.countChats(person, (shown) => timesIn(shown, entry.text)),
    )
    return entry
  }

  /** An employee's file must be behind a working link in the chat. */
  fileToChatra(person: Person, name: string, content: Buffer): Sent {
    // A link that has opened once is not opened again: the bridge limits the requests of strangers.
    const good = new Set<string>()
    return this.add('Planfix → Chatra', `[file ${name}]`, async () => {
      for (const link of this.chatTexts().flatMap((shown) => linksIn(shown, name))) {
        if (!good.has(link) && (await opens(link, content))) good.add(link)
      }
      return this.countChats(person, (shown) => linksIn(shown, name).filter((link) => good.has(link)).length)
    })
  }

  /** Must not be in any chat. */
  internal(text: string): void {
    this.notes.push(text)
  }

  /** The tasks of a person, the latest last. */
  tasksOf(person: Person): SimTask[] {
    return this.planfix.tasks.filter((task) => !task.isDeleted && this.isOf(task, person))
  }

  async arrived(sent: Sent): Promise<boolean> {
    return (await sent.copies()).here > 0
  }

  async allArrived(): Promise<boolean> {
    const there = await Promise.all(this.sent.map((one) => this.arrived(one)))
    return !there.includes(false)
  }

  async account(): Promise<Account> {
    const none = (): Tally => ({ sent: 0, arrived: 0, doubled: 0, lost: 0 })
    const rows: Account['rows'] = { 'Chatra → Planfix': none(), 'Planfix → Chatra': none() }
    const total = none()
    const account: Account = { rows, total, lost: [], doubled: [], notes: this.notes.length, leaked: [] }
    for (const one of this.sent) {
      const { here, elsewhere } = await one.copies()
      const extra = Math.max(0, here - 1) + elsewhere
      for (const tally of [rows[one.direction], total]) {
        tally.sent += 1
        tally.arrived += Math.min(1, here)
        tally.lost += here === 0 ? 1 : 0
        tally.doubled += extra
      }
      if (here === 0) account.lost.push(one.text)
      if (extra > 0) account.doubled.push(one.text)
    }
    const shown = this.chatTexts()
    account.leaked = this.notes.filter((note) => shown.some((text) => timesIn(text, note) > 0))
    return account
  }

  private add(direction: Direction, text: string, copies: Sent['copies']): Sent {
    const entry: Sent = { direction, text, copies }
    this.sent.push(entry)
    return entry
  }

  private isOf(task: SimTask, person: Person): boolean {
    const card = this.planfix.contact(Number(task.counterparty?.replace('contact:', '')))
    return card !== undefined && person.names.includes(card.name)
  }

  private count(person: Person, times: (comment: SimComment) => number): Copies {
    const copies = { here: 0, elsewhere: 0 }
    for (const task of this.planfix.tasks) {
      const found = task.feed.filter((one) => !one.isDeleted).reduce((sum, one) => sum + times(one), 0)
      if (this.isOf(task, person)) copies.here += found
      else copies.elsewhere += found
    }
    return copies
  }

  private countChats(person: Person, times: (shown: string) => number): Copies {
    const own = new Set(person.devices.map((device) => device.clientId))
    const copies = { here: 0, elsewhere: 0 }
    for (const { id } of this.chatra.clients) {
      const found = this.chatra
        .visitor(id)
        .sees()
        .reduce((sum, shown) => sum + times(shown), 0)
      if (own.has(id)) copies.here += found
      else copies.elsewhere += found
    }
    return copies
  }

  private chatTexts(): string[] {
    return this.chatra.clients.flatMap(({ id }) => this.chatra.visitor(id).sees())
  }
}

const timesIn = (whole: string, part: string): number => whole.split(part).length - 1

const linksIn = (shown: string, name: string): string[] =>
  shown
    .split('\n')
    .filter((line) => line.startsWith(`${name}: `))
    .map((line) => line.slice(name.length + 2))
    .filter((link) => URL.canParse(link))

async function opens(link: string, content: Buffer): Promise<boolean> {
  try {
    const response = await fetch(link, { signal: AbortSignal.timeout(2000) })
    return response.ok && content.equals(Buffer.from(await response.arrayBuffer()))
  } catch {
    return false
  }
}
