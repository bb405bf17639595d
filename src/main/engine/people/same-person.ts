import type { JOIN_DEVICES } from '../../../shared/config.ts'
import type { ClientLink, ClientProfile, JoinReason } from '../../../shared/domain.ts'

/** The facts when a device gives an address that another conversation has, too. */
export interface JoinQuestion {
  /** The connection's `options.joinDevices`. */
  mode: (typeof JOIN_DEVICES)[number]
  /** `options.joinAfterQuietMinutes` in milliseconds. */
  quietMs: number
  now: number
  /** The device that gives the address. */
  device: ClientProfile
  /** Devices of the other conversation. */
  others: readonly Pick<ClientLink, 'profile' | 'lastWroteAt'>[]
  /** Devices of the connection that use the address, including this one. */
  devicesWithAddress: number
  /** The owner has separated the two before. */
  keptApart: boolean
}

/**
 * `thread`: one conversation. `card`: a separate conversation and task with the same card. `separate`: nothing
 * in common.
 */
export type JoinDecision = { join: 'thread'; why: JoinReason } | { join: 'card' } | { join: 'separate' }

/** An address that more devices use is not personal (1@1.ru, info@firm). */
const MOST_DEVICES = 2

/**
 * Whether two conversations with the same address are one person's (F13). With an identity that the site
 * vouches for on both sides they join at once. A typed address proves nothing: they share the card, and the
 * thread only when a second particular agrees or the other device is quiet, never when a third device uses
 * the address, and never with different names while both are active.
 */
export function decideJoin(question: JoinQuestion): JoinDecision {
  const { mode, device, others, devicesWithAddress } = question
  if (question.keptApart) return { join: 'separate' }
  const isSame = ({ profile }: Pick<ClientLink, 'profile'>) => profile.email === device.email
  if (device.vouched.email && others.some((one) => isSame(one) && one.profile.vouched.email))
    return { join: 'thread', why: 'vouched' }
  if (mode === 'always') return { join: 'thread', why: 'always' }
  const agrees = others.some(({ profile }) => agree(device, profile))
  if (devicesWithAddress > MOST_DEVICES) return { join: agrees ? 'card' : 'separate' }
  if (mode === 'vouched') return { join: 'card' }
  const isQuiet = others.every(({ lastWroteAt }) => lastWroteAt + question.quietMs <= question.now)
  const names = others.map(({ profile }) => profile.name).filter((name) => name !== null)
  const isNamedOtherwise =
    device.name !== null && names.length > 0 && !names.some((name) => sameName(name, device.name))
  if (agrees && (isQuiet || !isNamedOtherwise)) return { join: 'thread', why: 'second-particular' }
  return isQuiet ? { join: 'thread', why: 'quiet' } : { join: 'card' }
}

/** The same given name, or the same phone. */
const agree = (one: ClientProfile, other: ClientProfile): boolean =>
  sameName(one.name, other.name) || samePhone(one.phone, other.phone)

function sameName(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return false
  return plainName(one) === plainName(other)
}
const plainName = (name: string) => name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()

/** With or without the country code. */
function samePhone(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return false
  const [short = '', long = ''] = [significant(one), significant(other)].sort((a, b) => a.length - b.length)
  return short.length >= 7 && long.endsWith(short)
}
const significant = (phone: string) => phone.replace(/\D/g, '').replace(/^0+/, '')
