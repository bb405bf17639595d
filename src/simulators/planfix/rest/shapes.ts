/** A hand-written check of one JSON value: returns "path: error", or nothing when it is valid. */
export type Shape = (value: unknown, path: string) => string[]

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const kind = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)
const expected = (what: string, value: unknown, path: string) => [
  `${path}: expected ${what}, got ${kind(value)}`,
]

export const anything: Shape = () => []

export const text =
  (max = Number.POSITIVE_INFINITY): Shape =>
  (value, path) =>
    typeof value !== 'string'
      ? expected('string', value, path)
      : value.length > max
        ? [`${path}: longer than ${max} characters`]
        : []

export const flag: Shape = (value, path) =>
  typeof value === 'boolean' ? [] : expected('boolean', value, path)

export const integer =
  (min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): Shape =>
  (value, path) =>
    !Number.isInteger(value)
      ? [...expected('integer', value, path)]
      : (value as number) < min || (value as number) > max
        ? [`${path}: ${value as number} is outside ${min}..${max}`]
        : []

export const oneOf =
  (...allowed: string[]): Shape =>
  (value, path) =>
    typeof value === 'string' && allowed.includes(value)
      ? []
      : [`${path}: ${JSON.stringify(value)} is none of ${allowed.join(', ')}`]

export const matching =
  (pattern: RegExp, what: string): Shape =>
  (value, path) =>
    typeof value === 'string' && pattern.test(value)
      ? []
      : [`${path}: expected ${what}, got ${JSON.stringify(value)}`]

export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
export const uuid: Shape = matching(uuidPattern, 'uuid')

export const list =
  (item: Shape): Shape =>
  (value, path) =>
    Array.isArray(value)
      ? value.flatMap((entry, n) => item(entry, `${path}[${n}]`))
      : expected('array', value, path)

export const either =
  (...shapes: Shape[]): Shape =>
  (value, path) => {
    const tried = shapes.map((shape) => shape(value, path))
    return tried.some((problems) => problems.length === 0) ? [] : (tried[0] ?? [])
  }

/** An object with these keys and no other; none is required unless named in `required`. */
export const shape =
  (keys: Record<string, Shape>, required: string[] = []): Shape =>
  (value, path) => {
    if (!isObject(value)) return expected('object', value, path)
    const problems: string[] = []
    for (const name of required) if (value[name] === undefined) problems.push(`${path}.${name}: missing`)
    for (const [name, entry] of Object.entries(value)) {
      const check = Object.hasOwn(keys, name) ? keys[name] : undefined
      if (check) problems.push(...check(entry, `${path}.${name}`))
      else problems.push(`${path}.${name}: unknown field`)
    }
    return problems
  }
