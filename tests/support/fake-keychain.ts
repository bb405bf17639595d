import { ITEM, itemFrom } from '../../src/main/secrets/item.ts'
import { type KeychainOptions, openSecrets } from '../../src/main/secrets/keychain.ts'
import type { Keychain } from '../../src/main/secrets/keytar.ts'

type Mood = 'works' | 'locked' | 'hangs' | 'empty' | 'no-service' | 'no-library' | 'failing'

const SAYS: Partial<Record<Mood, string>> = {
  empty: 'Object does not exist at path “/org/freedesktop/secrets/collection/login”',
  'no-service': 'The name org.freedesktop.secrets was not provided by any .service files',
  failing: 'Пользователь отменил операцию.',
  'no-library': 'Failed to load keytar native addon',
}

/** A keychain that behaves like libsecret, in memory: when locked it answers "none" and refuses to write. */
export function fakeKeychain(mood: Mood = 'works') {
  const entries = new Map<string, string>()
  const asked: string[] = []
  const denied = new Set<string>()
  let now = mood
  let release: (() => void)[] = []

  async function call<T>(what: string, work: () => T): Promise<T> {
    asked.push(what)
    if (now === 'hangs') await new Promise<void>((resolve) => release.push(resolve))
    const saying = SAYS[now]
    if (saying) throw new Error(saying)
    if (now === 'locked' && what.startsWith('set'))
      throw new Error('Cannot create an item in a locked collection')
    return work()
  }
  const keychain: Keychain = {
    get: (account) =>
      call(`get ${account}`, () => {
        if (denied.has(account)) throw new Error('User canceled the operation.')
        return now === 'locked' ? null : (entries.get(account) ?? null)
      }),
    set: (account, secret) => call(`set ${account}`, () => void entries.set(account, secret)),
    delete: (account) => call(`delete ${account}`, () => now !== 'locked' && entries.delete(account)),
  }
  return {
    entries,
    /** Every call, in order. */
    asked,
    /** As on macOS, these may not be read. */
    denied,
    /** The secrets of the item. */
    secrets: () => itemFrom(entries.get(ITEM) ?? '').secrets,
    keychain,
    /** From the next call on; calls that hang stay so. */
    is(next: Mood): void {
      now = next
      for (const go of release) go()
      release = []
    },
    load: async () => {
      if (now === 'no-library') throw new Error(SAYS['no-library'])
      return keychain
    },
  }
}
/** As it is for a program that is ended after `calls` calls: the next one fails, and so do all others. */
export function cutOff(keychain: Keychain, calls: number): Keychain {
  let left = calls
  const counted = <A extends unknown[], T>(call: (...args: A) => Promise<T>) => {
    return async (...args: A): Promise<T> => {
      if (left-- <= 0) throw new Error('ended')
      return call(...args)
    }
  }
  return {
    get: counted(keychain.get),
    set: counted(keychain.set),
    delete: counted(keychain.delete),
  }
}

export type FakeKeychain = ReturnType<typeof fakeKeychain>

/** The secrets of a desktop that uses it, with the events they published. */
export async function secretsOn(fake: FakeKeychain, more: Partial<KeychainOptions> = {}) {
  const learnt: string[] = []
  const logged: string[] = []
  const note = (fields: object, text: string) => void logged.push(`${text} ${JSON.stringify(fields)}`)
  const secrets = await openSecrets({
    service: 'test',
    learn: (secret) => void learnt.push(secret),
    log: { info: note, warn: note },
    platform: 'linux',
    limitMs: 50,
    retryMs: [],
    keychain: fake.load,
    ...more,
  })
  return Object.assign(secrets, { learnt, logged })
}
