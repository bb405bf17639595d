import type { Account, People } from '../state.ts'
import { contactNumber } from '../state.ts'
import { refuse, violate } from './routing.ts'
import { type DateValue, spanOf } from './timepoints.ts'

export interface Filter {
  type: number
  operator: string
  value: unknown
  field?: number
}

/** Returns whether an object passes; created once per request. */
export type Test<T> = (candidate: T) => boolean
export type FilterKind<T> = (filter: Filter, account: Account) => Test<T>
export type FilterTable<T> = Record<number, FilterKind<T>>

/** All filters joined by AND (§4). An unknown type is answered 501: any other answer would be wrong. */
export function testAll<T>(
  account: Account,
  filters: unknown,
  table: FilterTable<T>,
  where: string,
): Test<T> {
  const tests = ((filters ?? []) as Filter[]).map((filter, n) => {
    const kind = table[filter.type]
    if (!kind) violate(account, 501, 0, `${where}.filters[${n}].type: ${filter.type} is not simulated`)
    return kind(filter, account)
  })
  return (candidate) => tests.every((test) => test(candidate))
}

function bad(account: Account, filter: Filter, what: string): never {
  violate(account, 400, 41, `filter ${filter.type}: ${what}`)
}

/** equal or notequal over a predicate; gt, lt and the string operators are refused. */
function equality<T>(account: Account, filter: Filter, equal: Test<T>): Test<T> {
  if (filter.operator === 'equal') return equal
  if (filter.operator === 'notequal') return (candidate) => !equal(candidate)
  return bad(account, filter, `operator ${filter.operator} does not fit`)
}

const idOf = (value: unknown) => (/^\d+$/.test(String(value)) ? Number(value) : undefined)

/** A number or, where documented, several joined by OR. */
export const numberIs =
  <T>(get: (candidate: T) => number | undefined, arrays: boolean): FilterKind<T> =>
  (filter, account) => {
    const values = Array.isArray(filter.value) ? filter.value : [filter.value]
    if (Array.isArray(filter.value) && !arrays) bad(account, filter, 'an array is not documented')
    const wanted = values.map(
      (value) => idOf(value) ?? bad(account, filter, `value ${JSON.stringify(value)}`),
    )
    const set = new Set(wanted)
    return equality(account, filter, (candidate) => {
      const have = get(candidate)
      return have !== undefined && set.has(have)
    })
  }

/** A person or group: "user:1", "contact:5", "group:3". */
export const peopleHave =
  <T>(get: (candidate: T) => People): FilterKind<T> =>
  (filter, account) => {
    const { value } = filter
    if (typeof value !== 'string' || !/^(user|contact|group):\d+$/.test(value)) {
      return bad(account, filter, `expected "user:N", "contact:N" or "group:N", got ${JSON.stringify(value)}`)
    }
    return equality(account, filter, (candidate) => {
      const group = get(candidate)
      return value.startsWith('group:')
        ? group.groups.includes(Number(value.slice(6)))
        : group.users.includes(value)
    })
  }

/** A contact: 5 or "contact:5". */
export const contactIs =
  <T>(get: (candidate: T) => string | undefined): FilterKind<T> =>
  (filter, account) => {
    const wanted = contactNumber(filter.value)
    if (wanted === undefined || !/^(contact:)?\d+$/.test(String(filter.value))) {
      return bad(account, filter, `expected N or "contact:N", got ${JSON.stringify(filter.value)}`)
    }
    return equality(account, filter, (candidate) => get(candidate) === `contact:${wanted}`)
  }

/** Text, letter case ignored: exact, or contained (`have` of §4 always means contained). */
export const textIs =
  <T>(get: (candidate: T, filter: Filter) => string[], how: 'exact' | 'contains'): FilterKind<T> =>
  (filter, account) => {
    if (typeof filter.value !== 'string') return bad(account, filter, 'expected a string')
    const wanted = filter.value.toLowerCase()
    const string = filter.operator === 'have' || filter.operator === 'nothave'
    const contains = how === 'contains' || string
    const plain = {
      ...filter,
      operator: filter.operator.replace('nothave', 'notequal').replace('have', 'equal'),
    }
    return equality(account, plain, (candidate) =>
      get(candidate, filter).some((have) =>
        contains ? have.toLowerCase().includes(wanted) : have.toLowerCase() === wanted,
      ),
    )
  }

/** A text custom field, named by `field`. */
export const customTextIs =
  <T extends { customFields: Map<number, unknown> }>(): FilterKind<T> =>
  (filter, account) => {
    if (!Number.isInteger(filter.field)) return bad(account, filter, 'field: missing')
    return textIs<T>((candidate) => [String(candidate.customFields.get(filter.field ?? -1) ?? '')], 'exact')(
      filter,
      account,
    )
  }

/** A date; minutes count, seconds do not (§6.4). */
export const dateIs =
  <T>(get: (candidate: T) => number[]): FilterKind<T> =>
  (filter, account) => {
    const span = spanOf((filter.value ?? {}) as DateValue, account.now(), account)
    if (typeof span === 'string') return bad(account, filter, span)
    const inside = (ms: number) => ms >= span.from && ms < span.to
    switch (filter.operator) {
      case 'equal':
        return (candidate) => get(candidate).some(inside)
      case 'notequal':
        return (candidate) => !get(candidate).some(inside)
      case 'gt':
        return (candidate) => get(candidate).some((ms) => ms >= span.to)
      case 'lt':
        return (candidate) => get(candidate).some((ms) => ms < span.from)
      default:
        return bad(account, filter, `operator ${filter.operator} does not fit a date`)
    }
  }

/** One page of a list. */
export function pageOf<T>(
  items: Iterable<T>,
  offset: unknown,
  pageSize: unknown,
  test: Test<T> = () => true,
): T[] {
  const skip = Number(offset ?? 0)
  const size = Number(pageSize ?? 100)
  const found: T[] = []
  let seen = 0
  for (const item of items) {
    if (!test(item)) continue
    if (seen++ < skip) continue
    found.push(item)
    if (found.length === size) break
  }
  return found
}

export function unknownFilterId(id: string): never {
  return refuse(500, 41, `Filter not find by id ${id}`)
}
