import type { ConnectionSettings } from '../../../shared/api/settings.ts'
import { checkSettings, planfixAddress } from '../../../shared/fields.ts'
import type { TextKey } from '../../../shared/i18n/texts.ts'

/** The values of a connection's form, as typed. An emptied number is NaN. */
export type Typed = ConnectionSettings

/** The value at a path such as `chatra.agent.email`. */
export function valueAt(typed: Typed, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | null)?.[part], typed)
}

export function withValueAt(typed: Typed, path: string, value: unknown): Typed {
  const set = (whole: Record<string, unknown>, [first = '', ...rest]: string[]): Record<string, unknown> => ({
    ...whole,
    [first]: rest.length === 0 ? value : set(whole[first] as Record<string, unknown>, rest),
  })
  return set(typed as unknown as Record<string, unknown>, path.split('.')) as unknown as Typed
}

/** Problems by path, as far as they can be found without a request. */
export const problemsOf = (typed: Typed): Map<string, TextKey> =>
  new Map(checkSettings(typed).map(({ field, problem }) => [field, problem]))

/** In the form for sending: trimmed, with the account's addresses extracted from pasted texts. */
export function toSave(typed: Typed): Typed {
  const { chatra, planfix } = typed
  return {
    ...typed,
    name: typed.name.trim(),
    chatra: {
      ...chatra,
      publicKey: chatra.publicKey.trim(),
      agent: { email: chatra.agent.email.trim(), name: chatra.agent.name.trim() },
    },
    planfix: { ...planfix, ...addressesOf(planfix) },
  }
}

/** A new address of the account also changes the address of its pages; otherwise both stay as they are. */
function addressesOf({ baseUrl, webUrl }: Typed['planfix']): { baseUrl: string; webUrl: string } {
  const read = planfixAddress(baseUrl)
  if (!read.ok || read.baseUrl === baseUrl) return { baseUrl, webUrl }
  return { baseUrl: read.baseUrl, webUrl: read.webUrl }
}

export const isSame = (a: Typed, b: Typed): boolean =>
  JSON.stringify(toSave(a)) === JSON.stringify(toSave(b)) && !hasEmptied(a)

/** JSON does not distinguish NaN from null. */
const hasEmptied = ({ planfix, options }: Typed): boolean =>
  [
    planfix.pollSeconds,
    planfix.requestsPerSecond,
    options.leaveAfterMinutes,
    options.joinAfterQuietMinutes,
    options.keepWhilePausedDays,
  ].some(Number.isNaN)
