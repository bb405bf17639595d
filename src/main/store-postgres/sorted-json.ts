/** JSON with the fields of each object in the order of their names: PostgreSQL keeps them in one of its own. */
export const sortedJson = (value: unknown): string => JSON.stringify(inOrder(value))

export function inOrder(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(inOrder)
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(fields.map(([name, one]) => [name, inOrder(one)]))
}
