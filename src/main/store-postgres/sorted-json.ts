/** JSON with the fields of each object in the order of their names: PostgreSQL keeps them in one of its own. */
export const sortedJson = (value: unknown): string => JSON.stringify(value, inOrder)

const inOrder = (_key: string, part: unknown): unknown =>
  part !== null && typeof part === 'object' && !Array.isArray(part)
    ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : part
