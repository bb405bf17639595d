import { type KeychainOptions, openSecrets } from '../../src/main/secrets/keychain.ts'
import type { Keychain } from '../../src/main/secrets/keytar.ts'

type Mood = 'works' | 'locked' | 'hangs' | 'empty' | 'no-service' | 'no-library'

const SAYS: Partial<Record<Mood, string>> = {
  empty: 'Object does not exist at path “/org/freedesktop/secrets/collection/login”',
  'no-service': 'The name org.freedesktop.secrets was not provided by any .service files',
  'no-library': 'Failed to load keytar native addon',
}

/** A keychain that behaves like libsecret, in memory: when locked it answers "none" and refuses to write. */
export function fakeKeychain(mood: Mood = 'works') {
  const entries = new Map<string, string>()
  const asked: string[] = []
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
      call(`get ${account}`, () => (now === 'locked' ? null : (entries.get(account) ?? null))),
    set: (account, secret) => call(`set ${account}`, () => void entries.set(account, secret)),
    delete: (account) => call(`delete ${account}`, () => now !== 'locked' && entries.delete(account)),
  }
  return {
    entries,
    /** Every call, in order. */
    asked,
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
