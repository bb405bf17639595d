import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFileLog } from '../../../src/main/desktop/log-file.ts'
import { createRedactor } from '../../../src/main/settings/redact.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'logs-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true, force: true })
})

const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('the log files', () => {
  test('the log files contain a JSON line per entry, readable only for their owner', () => {
    const log = createFileLog({ dir: join(dir, 'new'), redact: createRedactor() })
    log.info({ connection: 'shop' }, 'ready')
    log.error({ stack: 'Error: x\n  at y' }, 'bug: 100 %s %c of it')
    expect(log.path).toBe(join(dir, 'new', 'bridge.log'))
    expect(linesOf(log.path)).toMatchObject([
      { level: 'info', connection: 'shop', msg: 'ready' },
      { level: 'error', msg: 'bug: 100 %s %c of it', stack: 'Error: x\n  at y' },
    ])
    expect(statSync(log.path).mode & 0o777).toBe(0o600)
  })

  test('the log files contain no secret in any field', () => {
    const redact = createRedactor('a-very-secret-token')
    const log = createFileLog({ dir, redact })
    log.warn(
      { detail: 'with a-very-secret-token', deep: { key: 'a-very-secret-token' } },
      'a-very-secret-token',
    )
    redact.add('another-secret-value')
    log.warn({ url: 'https://x/hooks/shop/abcdefghijklmnopqrstuv/chatra' }, 'another-secret-value')
    const text = readFileSync(log.path, 'utf8')
    expect(text).not.toMatch(/very-secret|another-secret|abcdefghijklmnopqrstuv/)
    expect(linesOf(log.path)).toHaveLength(2)
  })

  test('there are five log files of limited length, and the oldest is deleted', () => {
    const maxBytes = 2000
    const log = createFileLog({ dir, redact: createRedactor(), maxBytes })
    for (let number = 0; number < 300; number++) log.info({ number }, 'x'.repeat(100))
    const files = readdirSync(dir).sort()
    expect(files).toEqual(['bridge.1.log', 'bridge.2.log', 'bridge.3.log', 'bridge.4.log', 'bridge.log'])
    const all = [...files.slice(0, 4).reverse(), 'bridge.log'].flatMap((file) => linesOf(join(dir, file)))
    const numbers = all.map(({ number }) => number)
    expect(numbers.at(-1)).toBe(299)
    expect(numbers).toEqual(
      Array.from({ length: numbers.length }, (_, index) => 300 - numbers.length + index),
    )
    for (const file of files) {
      expect(statSync(join(dir, file)).size).toBeLessThan(maxBytes + 400)
      expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600)
    }
  })

  test('the log files continue where a former run ended', () => {
    createFileLog({ dir, redact: createRedactor() }).info({}, 'first')
    createFileLog({ dir, redact: createRedactor() }).info({}, 'second')
    expect(linesOf(join(dir, 'bridge.log')).map(({ msg }) => msg)).toEqual(['first', 'second'])
  })

  test('an unwritable log folder costs lines, not the program, and is retried', () => {
    let time = 0
    const folder = join(dir, 'logs')
    // A file exists where the folder should be.
    writeFileSync(folder, '')
    const log = createFileLog({ dir: folder, redact: createRedactor(), now: () => time })
    log.info({}, 'lost')
    rmSync(folder)
    time += 60_000
    log.info({}, 'kept')
    expect(linesOf(log.path).map(({ msg }) => msg)).toEqual(['kept'])
  })

  test('log files that vanish while the program runs are created again', () => {
    let time = 0
    const folder = join(dir, 'logs')
    const log = createFileLog({ dir: folder, redact: createRedactor(), now: () => time })
    log.info({}, 'first')
    rmSync(folder, { recursive: true })
    log.info({}, 'lost')
    time += 60_000
    log.info({}, 'kept')
    expect(existsSync(log.path)).toBe(true)
    expect(linesOf(log.path).map(({ msg }) => msg)).toContain('kept')
  })

  test('log files that cannot be rotated do not grow without limit', () => {
    mkdirSync(join(dir, 'bridge.1.log', 'in the way'), { recursive: true })
    const log = createFileLog({ dir, redact: createRedactor(), maxBytes: 1000 })
    for (let number = 0; number < 100; number++) log.info({ number }, 'x'.repeat(50))
    expect(statSync(log.path).size).toBeLessThan(2000)
    chmodSync(dir, 0o700)
  })
})
