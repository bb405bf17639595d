import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { shut, unshut } from '../../../../src/main/store-postgres/sealing.ts'
import { sealKeys } from '../../../../src/main/store-postgres/spool/keys.ts'
import { type KeptRow, SpoolFile } from '../../../../src/main/store-postgres/spool/spool-file.ts'
import { folder } from '../../store/material.ts'

const row = (body: string): KeptRow => ({
  ...{ connectionId: 'shop', source: 'chatra', receivedAt: 5, body, isDoubted: false },
})
const master = (byte: number) => [Buffer.alloc(32, byte)]
async function opened(dir: string, options: { masterKeys?: Buffer[]; mostBytes?: number } = {}) {
  const aside: string[] = []
  const keys = sealKeys(dir, options.masterKeys ?? [])
  const file = await SpoolFile.open(dir, keys, (path) => aside.push(path), options.mostBytes)
  onTestFinished(() => file.close())
  return { file, aside }
}
const path = (dir: string) => join(dir, 'webhooks.kept')
const bodies = async (file: SpoolFile) => (await file.read(0, 99)).map(({ body }) => body)

describe('a file of kept webhooks', () => {
  it('webhooks come back in their order, also in the next run, and are unreadable on the disk', async () => {
    const dir = folder()
    const { file } = await opened(dir)
    await Promise.all([file.append(row('{"one":"привет"}')), file.append(row('two'))])
    await file.append(row('three'))
    expect(await file.read(1, 1)).toEqual([row('two')])
    await file.close()
    const again = (await opened(dir)).file
    expect(again.lines).toBe(3)
    expect(await bodies(again)).toEqual(['{"one":"привет"}', 'two', 'three'])
    expect(readFileSync(path(dir), 'utf8')).not.toMatch(/two|shop|chatra/)
    for (const name of ['webhooks.kept', 'webhooks.key'])
      expect([name, statSync(join(dir, name)).mode & 0o777]).toEqual([name, 0o600])
  })

  it('the beginning of a line that was never answered is no webhook', async () => {
    const dir = folder()
    const { file } = await opened(dir)
    await file.append(row('whole'))
    await file.close()
    appendFileSync(path(dir), 'half of a li')
    const again = (await opened(dir)).file
    await again.append(row('next'))
    expect(await bodies(again)).toEqual(['whole', 'next'])
    await again.close()
    writeFileSync(path(dir), '{"name":"x"')
    expect((await opened(dir)).file.isEmpty).toBe(true)
  })

  it('the file goes when all of it has reached the database, and not before', async () => {
    const dir = folder()
    const { file } = await opened(dir)
    await file.append(row('one'))
    const { name } = file
    await file.append(row('two'))
    expect(await file.drop(1)).toBe(false)
    expect(await file.drop(2)).toBe(true)
    expect([existsSync(path(dir)), file.isEmpty]).toEqual([false, true])
    await file.append(row('three'))
    expect(file.name).not.toBe(name)
    expect(await bodies(file)).toEqual(['three'])
  })

  it('a full file takes no more', async () => {
    const dir = folder()
    const { file } = await opened(dir, { mostBytes: 200 })
    await file.append(row('x'.repeat(300)))
    expect(file.hasRoom).toBe(false)
    await expect(file.append(row('more'))).rejects.toMatchObject({ kind: 'unavailable' })
    expect(await bodies(file)).toHaveLength(1)
  })

  it('what one key has sealed is read while that key is given, whichever seals now', async () => {
    const dir = folder()
    const { file } = await opened(dir)
    await file.append(row('by the own key'))
    await file.close()
    const { file: later } = await opened(dir, { masterKeys: master(1) })
    await later.append(row('in the same file'))
    expect(await bodies(later)).toEqual(['by the own key', 'in the same file'])
    await later.drop(2)
    await later.append(row('by the master key'))
    await later.close()
    const rotated = await opened(dir, { masterKeys: [...master(2), ...master(1)] })
    expect(await bodies(rotated.file)).toEqual(['by the master key'])
    await rotated.file.close()
    const { file: without, aside } = await opened(dir, { masterKeys: master(3) })
    expect([without.isEmpty, aside.length]).toEqual([true, 1])
    expect(readdirSync(dir).filter((name) => name.includes('unreadable'))).toHaveLength(1)
  })

  it('a changed bit, another place or another key does not open', () => {
    const [key, other] = [sealKeys(folder(), master(1))[0]!, sealKeys(folder(), master(2))[0]!]
    const line = shut(key, 'words', 'file 1')
    expect(unshut(key, line, 'file 1')).toBe('words')
    expect(() => unshut(key, line, 'file 2')).toThrow()
    expect(() => unshut(other, line, 'file 1')).toThrow()
    const bytes = Buffer.from(line, 'base64url')
    bytes[bytes.length - 1]! ^= 1
    expect(() => unshut(key, bytes.toString('base64url'), 'file 1')).toThrow()
  })
})
