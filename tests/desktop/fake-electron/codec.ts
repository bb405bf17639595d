/**
 * Serialises values with everything that structured clone preserves: undefined, dates, maps, sets, errors, binary
 * data, big numbers, and shared or circular references. `foreign` handles values that only the border can pass
 * (functions and promises across the context bridge); without it they are rejected.
 */
export interface Codec {
  encode(value: unknown, foreign?: (value: object) => object | null): string
  decode(text: string, foreign?: (told: Record<string, unknown>) => unknown): unknown
}

/** Also runs in a page, as the text of this function: it must not use anything from outside itself. */
export function makeCodec(): Codec {
  type Told = { $: string; [key: string]: unknown }

  const bytesToText = (bytes: Uint8Array): string => {
    let text = ''
    for (const byte of bytes) text += String.fromCharCode(byte)
    return btoa(text)
  }
  const textToBytes = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))

  const encode: Codec['encode'] = (root, foreign) => {
    const seen = new Map<object, number>()
    const tell = (value: unknown): unknown => {
      switch (typeof value) {
        case 'undefined':
          return { $: 'undefined' }
        case 'string':
        case 'boolean':
          return value
        case 'number':
          return Number.isFinite(value) && !Object.is(value, -0)
            ? value
            : { $: 'number', is: Object.is(value, -0) ? '-0' : String(value) }
        case 'bigint':
          return { $: 'bigint', is: String(value) }
        case 'symbol':
          throw new Error('An object could not be cloned.')
        default:
          return value === null ? null : tellObject(value as object)
      }
    }
    const tellObject = (value: object): unknown => {
      const told = foreign?.(value)
      if (told) return told
      if (typeof value === 'function' || value instanceof Promise || value instanceof WeakMap)
        throw new Error('An object could not be cloned.')
      const known = seen.get(value)
      if (known !== undefined) return { $: 'again', is: known }
      seen.set(value, seen.size)
      if (Array.isArray(value)) return { $: 'array', is: Array.from(value, tell) }
      if (value instanceof Date) return { $: 'date', is: tell(value.getTime()) }
      if (value instanceof RegExp) return { $: 'regexp', is: [value.source, value.flags] }
      if (value instanceof Map)
        return { $: 'map', is: [...value].map(([key, one]) => [tell(key), tell(one)]) }
      if (value instanceof Set) return { $: 'set', is: [...value].map(tell) }
      if (value instanceof Error)
        return { $: 'error', name: value.name, message: value.message, stack: value.stack }
      if (value instanceof ArrayBuffer) return { $: 'buffer', is: bytesToText(new Uint8Array(value)) }
      if (ArrayBuffer.isView(value)) {
        const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        const name = Object.prototype.toString.call(value).slice(8, -1)
        return { $: 'view', name, is: bytesToText(bytes) }
      }
      return { $: 'object', is: Object.entries(value).map(([key, one]) => [key, tell(one)]) }
    }
    return JSON.stringify(tell(root))
  }

  const decode: Codec['decode'] = (text, foreign) => {
    const seen: object[] = []
    const keep = <T extends object>(value: T): T => {
      seen.push(value)
      return value
    }
    const read = (told: unknown): unknown =>
      typeof told === 'object' && told !== null ? readTold(told as Told) : told
    const readTold = (told: Told): unknown => {
      switch (told.$) {
        case 'undefined':
          return undefined
        case 'number':
          return Number(told.is)
        case 'bigint':
          return BigInt(told.is as string)
        case 'again':
          return seen[told.is as number]
        case 'array': {
          const list: unknown[] = keep([])
          for (const one of told.is as unknown[]) list.push(read(one))
          return list
        }
        case 'date':
          return keep(new Date(read(told.is) as number))
        case 'regexp': {
          const [source, flags] = told.is as [string, string]
          return keep(new RegExp(source, flags))
        }
        case 'map': {
          const map = keep(new Map<unknown, unknown>())
          for (const [key, one] of told.is as [unknown, unknown][]) map.set(read(key), read(one))
          return map
        }
        case 'set': {
          const set = keep(new Set<unknown>())
          for (const one of told.is as unknown[]) set.add(read(one))
          return set
        }
        case 'error': {
          const error = keep(new Error(told.message as string))
          error.name = told.name as string
          error.stack = told.stack as string
          return error
        }
        case 'buffer':
          return keep(textToBytes(told.is as string).buffer)
        case 'view': {
          const bytes = textToBytes(told.is as string)
          const View = (globalThis as unknown as Record<string, new (buffer: ArrayBufferLike) => object>)[
            told.name as string
          ]
          if (View === undefined) throw new Error(`no such view: ${told.name}`)
          return keep(new View(bytes.buffer))
        }
        case 'object': {
          const object: Record<string, unknown> = keep({})
          // `__proto__` is a key like any other.
          for (const [key, one] of told.is as [string, unknown][]) {
            const value = read(one)
            Object.defineProperty(object, key, {
              value,
              writable: true,
              enumerable: true,
              configurable: true,
            })
          }
          return object
        }
        default: {
          if (foreign === undefined) throw new Error(`a value of an unknown kind: ${told.$}`)
          return foreign(told)
        }
      }
    }
    return read(JSON.parse(text))
  }

  return { encode, decode }
}
