import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { masterKeysFrom } from '../../../src/main/process/master-key.ts'
import { folder } from '../store/material.ts'

const [ONE, TWO] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
function file(text: string, mode = 0o600): string {
  const path = join(folder(), 'BRIDGE_MASTER_KEY')
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

describe('the master key', () => {
  it('a file holds a key a line, in base64 or hexadecimal digits', () => {
    const path = file(`${ONE.toString('base64')}\n\n  ${TWO.toString('hex')}\n`)
    expect(masterKeysFrom(path, {})).toEqual({ keys: [ONE, TWO] })
    expect(masterKeysFrom(undefined, { BRIDGE_MASTER_KEY_FILE: path })).toEqual({ keys: [ONE, TWO] })
  })

  it('systemd’s credential counts, whose file systemd protects', () => {
    const path = file(ONE.toString('base64'), 0o440)
    const folderOf = path.slice(0, path.lastIndexOf('/'))
    expect(masterKeysFrom(undefined, { CREDENTIALS_DIRECTORY: folderOf })).toEqual({ keys: [ONE] })
    expect(masterKeysFrom(undefined, { CREDENTIALS_DIRECTORY: folder() })).toEqual({ keys: [] })
    expect(masterKeysFrom(undefined, {})).toEqual({ keys: [] })
  })

  it.skipIf(process.platform === 'win32')('a file that others may read is refused', () => {
    const path = file(ONE.toString('base64'), 0o640)
    expect(masterKeysFrom(path, {})).toEqual({ wrong: expect.stringContaining('chmod 600') })
  })

  it('a missing file, an empty one and a short key are refused, without showing a key', () => {
    const wrong = (path: string) => (masterKeysFrom(path, {}) as { wrong: string }).wrong
    expect(wrong('/nowhere/key')).toContain('ENOENT')
    expect(wrong(file('\n'))).toContain('openssl rand')
    const short = wrong(file(`${ONE.toString('base64')}\nabcdef\n`))
    expect([short.includes('openssl rand'), short.includes('abcdef')]).toEqual([true, false])
  })
})
