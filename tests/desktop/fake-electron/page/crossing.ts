import type { Codec } from '../codec.ts'

/**
 * Calls between the two worlds of one page; both see the document, so they communicate by its events, synchronously.
 */
export interface Crossing {
  /** Calls the function that the other world serves under `name`; throws what it throws. */
  call(name: string, args: unknown[]): unknown
  serve(name: string, run: (...args: never[]) => unknown): void
}

/**
 * The rules of Electron's contextBridge: values are copied without prototypes, functions become functions that call
 * the other world, promises become promises, errors keep their message. Runs in a page as text: it must not use
 * anything from outside.
 */
export function makeCrossing(codec: Codec, own: string, other: string): Crossing {
  type Answer = { ok: boolean; value: unknown }
  const served = new Map<string, (...args: never[]) => unknown>()
  const functions = new Map<number, (...args: unknown[]) => unknown>()
  const functionIds = new WeakMap<object, number>()
  const awaited = new Map<number, { resolve(value: unknown): void; reject(reason: unknown): void }>()
  let next = 1
  let answer: Answer | null = null

  const foreign = (value: object): object | null => {
    if (typeof value === 'function') {
      const id = functionIds.get(value) ?? next++
      functionIds.set(value, id)
      functions.set(id, value as (...args: unknown[]) => unknown)
      return { $: 'function', is: id }
    }
    if (value instanceof Promise) {
      const id = next++
      value.then(
        (result: unknown) => tell({ settle: id, ok: true }, result),
        (error: unknown) => tell({ settle: id, ok: false }, error),
      )
      return { $: 'promise', is: id }
    }
    // Values that exist in one world only.
    if (value instanceof Node || value instanceof Window) throw new Error('An object could not be cloned.')
    return null
  }
  const native = (told: Record<string, unknown>): unknown => {
    const id = told.is as number
    if (told.$ === 'function') return (...args: unknown[]) => request({ fn: id }, args)
    if (told.$ === 'promise') return new Promise((resolve, reject) => awaited.set(id, { resolve, reject }))
    throw new Error(`a value of an unknown kind: ${told.$}`)
  }
  const pack = (value: unknown) => codec.encode(value, foreign)
  const unpack = (text: string) => codec.decode(text, native)

  const tell = (head: object, value: unknown): void => {
    let detail: string
    try {
      detail = JSON.stringify({ ...head, value: pack(value) })
    } catch (error) {
      detail = JSON.stringify({ ...head, ok: false, value: pack(new Error(String(error))) })
    }
    document.dispatchEvent(new CustomEvent(other, { detail }))
  }
  const request = (head: object, args: unknown[]): unknown => {
    const detail = JSON.stringify({ ...head, value: pack(args) })
    const before = answer
    answer = null
    document.dispatchEvent(new CustomEvent(other, { detail }))
    const got = answer as Answer | null
    answer = before
    if (got === null) throw new Error('the other world does not answer')
    if (!got.ok) throw got.value
    return got.value
  }

  document.addEventListener(own, (event) => {
    const told = JSON.parse((event as CustomEvent<string>).detail) as Record<string, unknown>
    if ('answer' in told) {
      answer = { ok: told.ok as boolean, value: unpack(told.value as string) }
      return
    }
    if ('settle' in told) {
      const waiting = awaited.get(told.settle as number)
      awaited.delete(told.settle as number)
      const value = unpack(told.value as string)
      if (told.ok) waiting?.resolve(value)
      else waiting?.reject(value)
      return
    }
    const run = 'fn' in told ? functions.get(told.fn as number) : served.get(told.call as string)
    try {
      if (run === undefined) throw new Error('nobody serves this here')
      tell(
        { answer: true, ok: true },
        (run as (...args: unknown[]) => unknown)(...(unpack(told.value as string) as unknown[])),
      )
    } catch (error) {
      tell({ answer: true, ok: false }, error instanceof Error ? error : new Error(String(error)))
    }
  })
  return {
    call: (name, args) => request({ call: name }, args),
    serve: (name, run) => void served.set(name, run),
  }
}
