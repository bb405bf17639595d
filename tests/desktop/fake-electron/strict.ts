/**
 * An object of Electron as far as it is implemented here: any other access is an error of the test, so that nothing
 * unchecked passes. What Electron leaves undefined on this system is listed as undefined.
 */
export function strict<T extends object>(
  name: string,
  object: T,
  undefinedHere: readonly string[] = [],
  /** Throws for members that must not be used any more. */
  mayUse: (key: string) => void = () => undefined,
): T {
  return new Proxy(object, {
    get(target, key) {
      if (typeof key === 'string') mayUse(key)
      if (typeof key === 'symbol' || key in target) {
        const value = Reflect.get(target, key, target)
        // Private fields belong to the object itself, not to its proxy.
        return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value))
          ? bound(target, value as (...args: never[]) => unknown)
          : value
      }
      if (undefinedHere.includes(key) || HARMLESS.has(key)) return undefined
      throw new StandInError(`${name}.${key}`)
    },
    set(target, key, value) {
      if (typeof key !== 'symbol' && !(key in target)) throw new StandInError(`setting ${name}.${key}`)
      return Reflect.set(target, key, value, target)
    },
  })
}

export class StandInError extends Error {
  constructor(what: string) {
    super(`the stand-in for Electron does not know ${what}: teach it in tests/desktop/fake-electron`)
    // The caller may catch it and continue: the test still sees it.
    process.stderr.write(`stand-in: unknown: ${what}\n`)
  }
}

/** Rejects unknown options. */
export function checkKeys(what: string, given: object, known: readonly string[]): void {
  for (const key of Object.keys(given)) if (!known.includes(key)) throw new StandInError(`${what}: ${key}`)
}

/** Members that the language and libraries read on any object. */
const HARMLESS = new Set([
  'then',
  'toJSON',
  '__esModule',
  'default',
  'nodeType',
  'asymmetricMatch',
  '$$typeof',
])

const bounds = new WeakMap<object, WeakMap<object, unknown>>()
function bound(target: object, run: (...args: never[]) => unknown): unknown {
  let known = bounds.get(target)
  if (known === undefined) {
    known = new WeakMap()
    bounds.set(target, known)
  }
  let answer = known.get(run)
  if (answer === undefined) {
    answer = run.bind(target as never)
    known.set(run, answer)
  }
  return answer
}
