import type { Account, People, PersonId, SimFile, Source } from '../state.ts'
import { personName } from '../state.ts'

type Getter = () => unknown

/** The result of a read: only the requested fields, always `id`; unknown names are ignored (§4). */
export function pick(fields: unknown, getters: Record<string, Getter>): Record<string, unknown> {
  const answer: Record<string, unknown> = {}
  if (getters.id) answer.id = getters.id()
  for (const name of names(fields)) {
    const getter = Object.hasOwn(getters, name) ? getters[name] : undefined
    const value = getter?.()
    if (value !== undefined) answer[name] = value
  }
  return answer
}

const names = (fields: unknown) =>
  typeof fields === 'string' ? fields.split(',').map((name) => name.trim()) : []

/**
 * Custom fields are requested by their numbers in `fields`; the word `customFieldData` returns nothing (§4).
 */
export function customFieldData(
  account: Account,
  fields: unknown,
  values: Map<number, unknown>,
  definitions = account.customFields,
): Record<string, unknown> {
  const wanted = names(fields).filter((name) => /^\d+$/.test(name))
  const found = wanted.flatMap((name) => {
    const definition = definitions.find((field) => field.id === Number(name))
    const value = values.get(Number(name))
    if (!definition || value === undefined) return []
    const { id, name: title, type, objectType } = definition
    return [{ field: { id, name: title, type, objectType }, value, stringValue: String(value) }]
  })
  return found.length === 0 ? {} : { customFieldData: found }
}

/** Keeps the values of the template's fields; others are silently dropped (§5). */
export function storeCustomFields(into: Map<number, unknown>, data: unknown, known: number[]): void {
  for (const entry of (data ?? []) as { field: { id: number }; value?: unknown }[]) {
    if (known.includes(entry.field.id)) into.set(entry.field.id, entry.value)
  }
}

export const person = (account: Account, id: PersonId) => ({ id, name: personName(account, id) })

export const people = (account: Account, group: People) => ({
  users: group.users.map((id) => person(account, id)),
  groups: account.groups.filter(({ id }) => group.groups.includes(id)),
})

/** Size in the unit of the switch `file-size-unit` (§10). */
export const fileSize = (account: Account, file: SimFile) =>
  account.switches['file-size-unit'] === 'bytes' ? file.content.length : Math.ceil(file.content.length / 1024)

export const fileList = (account: Account, ids: number[]) =>
  ids.flatMap((id) => {
    const file = account.files.get(id)
    return file ? [{ id, size: fileSize(account, file), name: file.name }] : []
  })

/** An id as lists and reads return it (switch `id-shape`). */
export function shownId(account: Account, kind: 'contact' | 'user', id: number, prefixedId: unknown) {
  const position = account.switches['id-shape']
  const prefixed =
    position === 'always-prefixed' || (position === 'as-asked-by-prefixedId' && prefixedId === true)
  return prefixed ? `${kind}:${id}` : id
}

/**
 * Source fields as a read returns them (§5; switch `source-read`). An unset or withheld value is `""`.
 * Without a stored sourceId (tasks, contacts) any requested one matches: how they are tied is unknown.
 */
export function sourceFields(account: Account, stored: Source, asked: unknown): Record<string, Getter> {
  const position = account.switches['source-read']
  const matches = asked !== undefined && (stored.sourceId === undefined || stored.sourceId === asked)
  const shown = position === 'always' || (position === 'only-with-source-id' && matches)
  return {
    sourceObjectId: () => (shown ? (stored.sourceObjectId ?? '') : ''),
    sourceDataVersion: () => (shown ? (stored.sourceDataVersion ?? '') : ''),
  }
}
