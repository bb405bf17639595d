import { describe, expect, it } from 'vitest'
import { databaseSettings, type VersionedContent } from '../../../src/main/settings/database-settings.ts'
import { externalWebhookSecrets } from '../../../src/main/settings/secret-fields.ts'
import type { ConfigurationFile } from '../../../src/main/settings/settings-store.ts'
import { StoreError } from '../../../src/shared/store-error.ts'
import { shopConnection } from '../../support/shop.ts'

/** A table of settings; `meanwhile` happens between each read and write. */
function table(content: object | null = null) {
  const state = { content, version: content === null ? 0 : 1, isAway: false, meanwhile: () => {} }
  const versioned: VersionedContent = {
    async read() {
      if (state.isAway)
        throw new StoreError('unavailable', 'the database cannot be used now', { place: 'database' })
      return state.content && { content: structuredClone(state.content), version: state.version }
    },
    async write(wanted, version) {
      state.meanwhile()
      if (version !== state.version) return false
      Object.assign(state, { content: structuredClone(wanted), version: version + 1 })
      return true
    },
  }
  return Object.assign(versioned, { state })
}
const opened = async (versioned: VersionedContent, first: ConfigurationFile = {}) => {
  const made = await databaseSettings(versioned, { path: 'the database x', first })
  if (!made.ok) throw new Error(made.problems.join())
  return made.settings
}
const withTheme = (theme: string) => (file: ConfigurationFile) => ({ ...file, theme })

describe('settings in a database', () => {
  it('the first server brings its own, and later ones take those that are there', async () => {
    const versioned = table()
    expect((await opened(versioned, { theme: 'dark' })).read().theme).toBe('dark')
    const second = await opened(versioned, { theme: 'light' })
    expect([second.read().theme, versioned.state.content]).toEqual(['dark', { theme: 'dark' }])
  })

  it('a webhook secret of the first content is stored elsewhere, and never written beside it', async () => {
    const versioned = table()
    const kept = new Map<string, string>()
    const externalized = externalWebhookSecrets({
      keptIn: 'database',
      get: async (id) => kept.get(id) ?? null,
      set: async (id, secret) => void kept.set(id, secret),
      delete: async (id) => void kept.delete(id),
    })
    const secret = 'a-webhook-secret-0123456789'
    const [chatra, planfix] = ['http://127.0.0.1:1', 'http://127.0.0.1:2']
    const shop = shopConnection(
      { apiUrl: chatra, publicKey: 'a-public-key' },
      { restUrl: planfix, webUrl: planfix },
    )
    const first = { connections: [{ ...shop, webhookSecret: secret }] }
    const writes: object[] = []
    const recording = {
      ...versioned,
      write: async (content: object, version: number) => {
        writes.push(structuredClone(content))
        return versioned.write(content, version)
      },
    }
    const made = await databaseSettings(recording, { path: 'x', first, externalized })
    if (!made.ok) throw new Error(made.problems.join())
    expect([writes.length, JSON.stringify(writes).includes(secret)]).toEqual([1, false])
    expect([kept.get('shop'), made.settings.read().connections[0]?.webhookSecret]).toEqual([secret, secret])
  })

  it('a change is made to the present content, also when another server changes it at the same moment', async () => {
    const versioned = table({ theme: 'dark' })
    const settings = await opened(versioned)
    let times = 0
    versioned.state.meanwhile = () => {
      if (times++ > 1) return
      Object.assign(versioned.state, { content: { theme: 'dark', retentionDays: 40 + times } })
      versioned.state.version += 1
    }
    expect(await settings.change(withTheme('light'))).toMatchObject({ ok: true })
    expect(versioned.state.content).toEqual({ theme: 'light', retentionDays: 42 })
    expect(settings.read()).toMatchObject({ theme: 'light', retentionDays: 42 })
  })

  it('one that changes all the time, or is away, is said, and nothing is changed', async () => {
    const versioned = table({ theme: 'dark' })
    const settings = await opened(versioned)
    versioned.state.meanwhile = () => {
      versioned.state.version += 1
    }
    expect(await settings.change(withTheme('light'))).toMatchObject({ ok: false, why: 'disk' })
    versioned.state.isAway = true
    expect(await settings.change(withTheme('light'))).toMatchObject({
      ...{ ok: false, why: 'disk', code: expect.stringContaining('cannot be used') },
    })
    expect([settings.read().theme, versioned.state.content]).toEqual(['dark', { theme: 'dark' }])
  })

  it('what others have changed counts after a refresh; what does not fit the schema is not used', async () => {
    const versioned = table({ theme: 'dark' })
    const settings = await opened(versioned)
    versioned.state.content = { theme: 'light' }
    await settings.refresh()
    expect(settings.read().theme).toBe('light')
    versioned.state.content = { theme: 'pink' }
    await settings.refresh()
    expect(settings.read().theme).toBe('light')
    expect(await settings.change((file) => file)).toMatchObject({ ok: false, why: 'edited' })
    expect(await databaseSettings(versioned, { path: 'x', first: {} })).toMatchObject({ ok: false })
    versioned.state.content = { theme: 'dark' }
    expect(await settings.change(withTheme('pink'))).toMatchObject({ ok: false, why: 'invalid' })
  })
})
