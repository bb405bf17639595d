import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CacheLimits, FileCache, type Source } from '../../../src/main/ingress/file-cache.ts'

const DAY = 86_400_000
let dir: string
let now: number
let asked: string[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'file-cache-'))
  now = 1000 * DAY
  asked = []
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const clock = { now: () => now, after: () => () => undefined }
const cacheOf = (limits: Partial<CacheLimits> = {}) => new FileCache(dir, clock, limits)
const source = (content: string, size: number | null = content.length): Source => ({
  body: Readable.from([Buffer.from(content)]),
  size,
  type: 'text/plain',
})
/** The visitor's response. */
async function open(
  cache: FileCache,
  key: string,
  content = `file ${key}`,
  mayAsk = true,
  size?: number | null,
) {
  const got = await cache.get(
    key,
    async () => {
      asked.push(key)
      return source(content, size === undefined ? content.length : size)
    },
    () => mayAsk,
  )
  if (typeof got === 'string') return got
  const chunks: Buffer[] = []
  for await (const chunk of got.body) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

describe('a file that visitors open', () => {
  test('a file is downloaded once for any number of simultaneous visitors', async () => {
    const cache = cacheOf()
    const all = await Promise.all(Array.from({ length: 100 }, () => open(cache, 'a')))
    expect(new Set(all)).toEqual(new Set(['file a']))
    expect(await open(cache, 'a')).toBe('file a')
    expect(asked).toEqual(['a'])
  })

  test('a cached file survives a restart, readable only for its owner, until it expires', async () => {
    await open(cacheOf(), 'a')
    const again = cacheOf()
    await again.start()
    expect(await open(again, 'a')).toBe('file a')
    expect(asked).toEqual(['a'])
    const [name = ''] = await readdir(join(dir, 'files'))
    if (process.platform !== 'win32') {
      expect((await stat(join(dir, 'files', name))).mode & 0o777).toBe(0o600)
      expect((await stat(join(dir, 'files'))).mode & 0o777).toBe(0o700)
    }
    now += 7 * DAY
    const later = cacheOf()
    await later.start()
    expect(await readdir(join(dir, 'files'))).toEqual([])
    expect(await open(later, 'a')).toBe('file a')
    expect(asked).toEqual(['a', 'a'])
  })

  test('the least recently opened file is deleted when room is needed', async () => {
    const cache = cacheOf({ total: 12 })
    for (const key of ['a', 'b', 'a', 'c']) {
      now += 1000
      await open(cache, key)
    }
    expect(asked).toEqual(['a', 'b', 'c'])
    await open(cache, 'a')
    expect(asked).toEqual(['a', 'b', 'c'])
    await open(cache, 'b')
    expect(asked).toEqual(['a', 'b', 'c', 'b'])
  })

  test.each([
    ['with a stated size', 10],
    ['of unknown size', null],
  ])('a file too large for the cache (%s) is forwarded a few times a day', async (_, size) => {
    const cache = cacheOf({ each: 5, downloadsADay: 20 })
    const got: string[] = []
    for (let n = 0; n < 100; n++) got.push(await open(cache, 'a', '0123456789', true, size))
    expect(asked.length).toBeLessThanOrEqual(20)
    expect(got.filter((one) => one === '0123456789').length).toBeGreaterThanOrEqual(5)
    expect(got.at(-1)).toBe('later')
    now += DAY
    expect(await open(cache, 'a', '0123456789', true, size)).toBe('0123456789')
  })

  test('a file is not downloaded with few requests left, but served from the cache', async () => {
    const cache = cacheOf()
    await open(cache, 'a')
    expect(await open(cache, 'a', '', false)).toBe('file a')
    expect(await open(cache, 'b', '', false)).toBe('later')
    expect(asked).toEqual(['a'])
  })

  test('a file is forwarded where the folder is not writable', async () => {
    await writeFile(join(dir, 'files'), 'not a folder')
    const cache = cacheOf()
    await cache.start()
    expect(await open(cache, 'a')).toBe('file a')
  })

  test('a missing file is reported, and cannot be requested without limit', async () => {
    const cache = cacheOf()
    const outcomes = new Set<unknown>()
    let downloads = 0
    for (let n = 0; n < 100; n++) {
      outcomes.add(
        await cache.get(
          'a',
          async () => {
            downloads++
            return null
          },
          () => true,
        ),
      )
    }
    expect([...outcomes]).toEqual(['gone', 'later'])
    expect(downloads).toBe(20)
  })

  test('an incomplete file is not cached', async () => {
    const cache = cacheOf()
    await expect(open(cache, 'a', 'half', true, 100)).rejects.toThrow('incomplete')
    expect(await open(cache, 'a')).toBe('file a')
  })
})
