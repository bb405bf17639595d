/** Signs that JSON can name and PostgreSQL cannot store: the sign zero, and halves of a pair without the other half. */
const UNSTORABLE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i

/** The value as JSON that PostgreSQL takes; such signs become �, as in every other text without them. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value)
  return isStorableJson(text) ? text : JSON.stringify(storableValue(value))
}

export const isStorableJson = (text: string): boolean => !UNSTORABLE.test(text)

/** The same for a value that is still to become JSON: names of fields come from outside too. */
export function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return storable(value)
  if (Array.isArray(value)) return value.map(storableValue)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [storable(name), storableValue(one)]))
}

export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd')
