import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfiguration } from '../../../src/main/settings/config-file.ts'
import { fileSettings } from '../../../src/main/settings/file-settings.ts'
import { checkConfiguration } from '../../../src/shared/config.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bridge-settings-'))
  file = join(folder, 'my.config.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (path = file) => {
  const empty = checkConfiguration({})
  if (!empty.ok) throw new Error('an empty configuration is right')
  return fileSettings(path, empty.value)
}
const text = () => readFileSync(file, 'utf8')

describe('a change', () => {
  test('a change creates the file, readable only for its owner', async () => {
    const settings = open()
    expect(settings.writable).toBe(true)
    const answer = await settings.change((content) => ({ ...content, theme: 'dark', publicUrl: null }))
    expect(answer).toMatchObject({ ok: true, value: { theme: 'dark' } })
    expect(text()).toBe('{\n  "theme": "dark",\n  "publicUrl": null\n}\n')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(settings.read().theme).toBe('dark')
    expect(readdirSync(folder)).toEqual(['my.config.json'])
  })

  test('a change keeps other content in its order, and narrows the mode', async () => {
    writeFileSync(file, '\uFEFF{"retentionDays": 30, "language": "ro"}', { mode: 0o644 })
    await open().change((content) => ({ ...content, language: 'ru' }))
    expect(Object.keys(JSON.parse(text()))).toEqual(['retentionDays', 'language'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(loadConfiguration(file, folder)).toMatchObject({
      ok: true,
      value: { retentionDays: 30, language: 'ru' },
    })
  })

  test('an invalid change changes nothing and names every place', async () => {
    writeFileSync(file, '{"language": "ro"}')
    const settings = open()
    const answer = await settings.change((content) => ({ ...content, theme: 'pink', colour: 1 }))
    expect(answer).toMatchObject({
      ok: false,
      why: 'invalid',
      problems: [{ path: 'theme' }, { path: 'colour' }],
    })
    expect(text()).toBe('{"language": "ro"}')
    expect(settings.read().language).toBe('en')
  })

  test('a change that throws leaves the file unchanged, and the next one runs', async () => {
    const settings = open()
    await expect(
      settings.change(() => {
        throw new Error('a bug')
      }),
    ).rejects.toThrow('a bug')
    expect((await settings.change(() => ({ language: 'ru' }))).ok).toBe(true)
    expect(settings.read().language).toBe('ru')
  })

  test('simultaneous changes build on each other', async () => {
    const settings = open()
    await Promise.all(
      Array.from({ length: 20 }, () =>
        settings.change((content) => ({ ...content, retentionDays: Number(content.retentionDays ?? 0) + 1 })),
      ),
    )
    expect(settings.read().retentionDays).toBe(20)
  })

  test('a change follows a link to the real file', async () => {
    const real = join(folder, 'real.json')
    writeFileSync(real, '{}')
    symlinkSync(real, file)
    await open().change(() => ({ theme: 'light' }))
    expect(JSON.parse(readFileSync(real, 'utf8'))).toEqual({ theme: 'light' })
  })
})

describe('a file that was damaged from outside', () => {
  test.each([
    ['{"language": }', 'line 1, column 14'],
    ['{"colour": 1}', 'colour: unknown key'],
  ])('a file that is broken by %s is left unchanged, and its place named', async (content, place) => {
    writeFileSync(file, content)
    const answer = await open().change(() => ({ theme: 'dark' }))
    expect(answer).toMatchObject({ ok: false, why: 'edited' })
    expect(answer).toHaveProperty('detail', expect.stringContaining(place))
    expect(text()).toBe(content)
  })
})

describe('a folder that cannot be written', () => {
  test("an unwritable place is reported with the disk's code", async () => {
    mkdirSync(file)
    expect(await open().change(() => ({}))).toMatchObject({ ok: false, why: 'disk', code: 'EISDIR' })
    const nowhere = open(join(folder, 'no-folder', 'config.json'))
    expect(nowhere.writable).toBe(false)
    expect(await nowhere.change(() => ({}))).toMatchObject({ ok: false, why: 'disk', code: 'ENOENT' })
    writeFileSync(join(folder, 'a-file'), '')
    const within = open(join(folder, 'a-file', 'config.json'))
    expect(within.writable).toBe(false)
    expect(await within.change(() => ({}))).toMatchObject({ ok: false, why: 'disk' })
  })

  // The superuser may write everywhere.
  test.skipIf(process.getuid?.() === 0)('an unwritable place is known before a change', () => {
    writeFileSync(file, '{}', { mode: 0o400 })
    expect(open().writable).toBe(false)
    chmodSync(folder, 0o500)
    expect(open(join(folder, 'other.json')).writable).toBe(false)
    chmodSync(folder, 0o700)
  })
})
