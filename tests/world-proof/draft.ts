import type { Chance } from './chance.ts'
import type { Action, Deed, Device, Trouble } from './story.ts'

export const SECOND = 1000
const USERS = [5, 6, 7] as const
/** What people type who do not want to give an address, or share one. */
export const JUNK = ['1@1.ru', 'info@firm.example'] as const
export const WORDS = ['Да', 'OK', 'Добрый день'] as const

/** A story while it is generated: time passes, numbers are assigned, and earlier texts can be referred to. */
export class Draft {
  readonly chance: Chance
  readonly devices: Device[]
  readonly actions: Action[] = []
  /** Milliseconds since the beginning. */
  time = 1 * SECOND
  private numbers = 0
  private readonly spoke = new Set<number>()
  /** Replies written so far. */
  private readonly replies: { n: number; device: number }[] = []

  constructor(chance: Chance, devices: Device[]) {
    this.chance = chance
    this.devices = devices
  }

  add(action: Deed | Trouble, afterMs = 0): void {
    this.actions.push({ at: Math.round(this.time + afterMs), ...action })
  }

  pass(low: number, high: number): void {
    this.time += this.chance.between(low, high)
  }

  n(): number {
    return ++this.numbers
  }

  device(): number {
    return this.chance.between(0, this.devices.length - 1)
  }

  /** A device that has written before; else the first one begins. */
  talker(): number {
    const known = [...this.spoke]
    if (known.length > 0) return this.chance.one(known)
    const device = this.device()
    this.say(device)
    this.pass(6 * SECOND, 10 * SECOND)
    return device
  }

  user(): number {
    return this.chance.one(USERS)
  }

  say(device = this.device(), afterMs = 0): void {
    this.spoke.add(device)
    this.add({ do: 'say', device, n: this.n() }, afterMs)
  }

  /** Returns the number of the reply. */
  reply(device = this.talker(), afterMs = 0): number {
    const n = this.n()
    this.add({ do: 'comment', device, n, user: this.user() }, afterMs)
    this.replies.push({ n, device })
    return n
  }

  /** One of the last replies; a new one when there is none. */
  someReply(): number {
    const last = this.replies.slice(-4)
    if (last.length > 0) return this.chance.one(last).n
    const n = this.reply()
    this.pass(1 * SECOND, 20 * SECOND)
    return n
  }

  /** Another device of the same person, or of anybody else. */
  sibling(device: number): number {
    const person = this.devices[device]?.person
    const found = this.devices.findIndex((one, index) => one.person === person && index !== device)
    return found >= 0 ? found : (device + 1) % this.devices.length
  }
}
