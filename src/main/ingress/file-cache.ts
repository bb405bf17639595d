import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { errorCode } from '../../shared/node-errors.ts'
import type { Clock } from '../engine/ports.ts'

const MEGABYTE = 1024 * 1024
const DAY = 86_400_000

export interface CacheLimits {
  /** Maximum bytes of all files together, and of one; a larger file is forwarded without caching. */
  total: number
  each: number
  /** How long a file is cached: as long as a link to it is valid. */
  keptMs: number
  /** Maximum downloads per day of a file that cannot be cached. */
  downloadsADay: number
}
const LIMITS: CacheLimits = {
  total: 500 * MEGABYTE,
  each: 100 * MEGABYTE,
  keptMs: 7 * DAY,
  downloadsADay: 20,
}

/** The result of a download. */
export interface Source {
  body: Readable
  /** Size in bytes, when the storage sends it. */
  size: number | null
  type: string
}

/** `later`: the account has no requests left now. */
export type Fetched = { body: Readable; size: number | null; type: string } | 'gone' | 'later'

interface Kept {
  size: number
  type: string
  at: number
  usedAt: number
}
const description = z.object({ type: z.string(), at: z.number() })

/**
 * Planfix files that visitors open, cached in a folder of the data folder (`files`, readable only for the
 * owner), so that a link costs the account one request and not one per use. The least recently opened files
 * are deleted first. When the disk cannot store a file, it is forwarded directly, a few times a day.
 */
export class FileCache {
  private readonly dir: string
  private readonly clock: Clock
  private readonly limits: CacheLimits
  private readonly kept = new Map<string, Kept>()
  private readonly underWay = new Map<string, Promise<'kept' | 'too-large' | 'gone' | 'later'>>()
  /** Today's downloads, by file. */
  private readonly counted = new Map<string, number>()
  private day = 0
  private cancel: () => void = () => undefined

  constructor(dataDir: string, clock: Clock, limits: Partial<CacheLimits> = {}) {
    this.dir = join(dataDir, 'files')
    this.clock = clock
    this.limits = { ...LIMITS, ...limits }
  }

  /** Reads the folder and deletes old files, now and once a day. */
  async start(): Promise<void> {
    await this.tidy()
    this.cancel = this.clock.after(DAY, () => void this.start())
  }

  stop(): void {
    this.cancel()
  }

  /**
   * The file of `key`, from the disk or by `download` (null = it no longer exists). One download of a file is
   * under way at a time, other callers wait for it. `mayAsk`: whether the account has a request left. Rejects
   * as `download` does.
   */
  async get(
    key: string,
    download: () => Promise<Source | null>,
    mayAsk: () => boolean | Promise<boolean>,
  ): Promise<Fetched> {
    const name = createHash('sha256').update(key).digest('hex')
    const found = await this.open(name)
    if (found) return found
    let whole = this.underWay.get(name)
    if (!whole) {
      whole = this.keep(name, download, mayAsk).finally(() => this.underWay.delete(name))
      this.underWay.set(name, whole)
    }
    const outcome = await whole
    if (outcome === 'gone' || outcome === 'later') return outcome
    const kept = outcome === 'kept' ? await this.open(name) : null
    if (kept) return kept
    if (!(await this.mayDownload(name, mayAsk))) return 'later'
    return (await download()) ?? 'gone'
  }

  private async open(name: string): Promise<Exclude<Fetched, string> | null> {
    const entry = this.kept.get(name)
    if (!entry) return null
    const now = this.clock.now()
    const body = now - entry.at < this.limits.keptMs ? await opened(join(this.dir, name)) : null
    if (body === null) {
      await this.drop(name)
      return null
    }
    entry.usedAt = now
    // Also stored on disk, so that the order survives a restart.
    await utimes(join(this.dir, name), new Date(now), new Date(now)).catch(() => undefined)
    return { body, size: entry.size, type: entry.type }
  }

  private async keep(
    name: string,
    download: () => Promise<Source | null>,
    mayAsk: () => boolean | Promise<boolean>,
  ): Promise<'kept' | 'too-large' | 'gone' | 'later'> {
    if (!(await this.mayDownload(name, mayAsk))) return 'later'
    const source = await download()
    if (source === null) return 'gone'
    if (source.size !== null && source.size > this.limits.each) {
      // A caller that forwards it requests again, and is counted.
      source.body.destroy()
      return 'too-large'
    }
    const part = join(this.dir, `${name}.part`)
    try {
      await mkdir(this.dir, { recursive: true, mode: 0o700 })
      const limit = new Limit(this.limits.each)
      await pipeline(source.body, limit, createWriteStream(part, { mode: 0o600 }))
      if (source.size !== null && limit.bytes !== source.size) throw new Error('the file is incomplete')
      const at = this.clock.now()
      const about = JSON.stringify({ type: source.type, at })
      await writeFile(join(this.dir, `${name}.json`), about, { mode: 0o600 })
      await rename(part, join(this.dir, name))
      this.kept.set(name, { size: limit.bytes, type: source.type, at, usedAt: at })
      await this.makeRoom()
      return 'kept'
    } catch (error) {
      source.body.destroy()
      await rm(part, { force: true }).catch(() => undefined)
      if (error instanceof TooLarge || isDiskError(error)) return 'too-large'
      throw error
    }
  }

  /** Counts a download before it begins. */
  private async mayDownload(name: string, mayAsk: () => boolean | Promise<boolean>): Promise<boolean> {
    const today = Math.floor(this.clock.now() / DAY)
    if (today !== this.day) this.counted.clear()
    this.day = today
    const before = this.counted.get(name) ?? 0
    if (before >= this.limits.downloadsADay || !(await mayAsk())) return false
    this.counted.set(name, before + 1)
    return true
  }

  private async makeRoom(): Promise<void> {
    let total = [...this.kept.values()].reduce((sum, { size }) => sum + size, 0)
    const oldestFirst = [...this.kept].sort(([, one], [, other]) => one.usedAt - other.usedAt)
    for (const [name, { size }] of oldestFirst) {
      if (total <= this.limits.total) break
      await this.drop(name)
      total -= size
    }
  }

  private async drop(name: string): Promise<void> {
    this.kept.delete(name)
    for (const path of [join(this.dir, name), join(this.dir, `${name}.json`)]) {
      await rm(path, { force: true }).catch(() => undefined)
    }
  }

  /** Never rejects: without the folder nothing is cached. */
  private async tidy(): Promise<void> {
    const found = await readdir(this.dir).catch(() => [])
    for (const file of found) {
      const name = file.replace(/\.(json|part)$/, '')
      if (file.endsWith('.part') && !this.underWay.has(name)) {
        await rm(join(this.dir, file), { force: true }).catch(() => undefined)
      }
      if (file !== name || this.underWay.has(name)) continue
      const entry = this.kept.get(name) ?? (await this.entryOf(name))
      if (entry && this.clock.now() - entry.at < this.limits.keptMs) this.kept.set(name, entry)
      else await this.drop(name)
    }
    await this.makeRoom()
  }

  private async entryOf(name: string): Promise<Kept | null> {
    try {
      const about = description.parse(JSON.parse(await readFile(join(this.dir, `${name}.json`), 'utf8')))
      const { size, mtimeMs } = await stat(join(this.dir, name))
      return { ...about, size, usedAt: mtimeMs }
    } catch {
      return null
    }
  }
}

/** Null when the file cannot be read; a file that is deleted while it is read is read to its end. */
function opened(path: string): Promise<Readable | null> {
  return new Promise((resolve) => {
    const stream = createReadStream(path)
    stream.once('open', () => resolve(stream))
    stream.once('error', () => resolve(null))
  })
}

class TooLarge extends Error {}

/** Forwards bytes and counts them, up to `most`. */
class Limit extends Transform {
  bytes = 0

  constructor(most: number) {
    super({
      transform: (chunk: Buffer, _encoding, done) => {
        this.bytes += chunk.length
        if (this.bytes > most) done(new TooLarge('the file is too large to be kept'))
        else done(null, chunk)
      },
    })
  }
}

/** The folder or the disk failed, not the source. */
const isDiskError = (error: unknown): boolean =>
  ['EEXIST', 'ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EIO', 'EMFILE'].includes(
    errorCode(error),
  )
