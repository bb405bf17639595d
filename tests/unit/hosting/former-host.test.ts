import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { succeedOn } from '../../../src/main/hosting/former-host.ts'

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'bridge-former-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return join(dir, 'data')
}

it('the host that ran on a folder before is known once it has ended, and not while it lives', () => {
  const dir = folder()
  const first = succeedOn(dir, 'one')
  expect(first.former).toBeNull()
  // Its lock is held: the second one knows nothing, and leaves no note.
  expect(succeedOn(dir, 'two').former).toBeNull()
  first.release()
  const third = succeedOn(dir, 'three')
  expect(third.former).toBe('one')
  third.release()
})

it('a folder that was copied from another computer says nothing of a host that ended', () => {
  const dir = folder()
  succeedOn(dir, 'one').release()
  const path = join(dir, 'host.json')
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"computer":"[^"]*"/, '"computer":"elsewhere"'))
  const second = succeedOn(dir, 'two')
  expect(second.former).toBeNull()
  second.release()
  writeFileSync(path, '{')
  const third = succeedOn(dir, 'three')
  expect(third.former).toBeNull()
  third.release()
})
