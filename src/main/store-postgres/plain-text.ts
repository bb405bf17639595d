/** Signs that JSON can name and PostgreSQL cannot store: the sign zero, and halves of a pair without the other half. */
const UNSTORABLE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i

/** The value as JSON that PostgreSQL takes; such signs become �, as in every other text without them. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value)
  if (!UNSTORABLE.test(text)) return text
  return JSON.stringify(value, (_key, one: unknown) => (typeof one === 'string' ? storable(one) : one))
}

export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd')
