import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const BECOME = join(import.meta.dirname, '../../../scripts/exec.ts')

/** Exits with 7, a moment after the expected message has come. */
const CHILD = `process.stdout.write('up'); setTimeout(() => process.exit(7), 1500)`
const parent = (platform: string) => `
  import { become } from ${JSON.stringify(BECOME)}
  process.execve = undefined
  become(process.execPath, ['-e', ${JSON.stringify(CHILD)}], process.env, ${JSON.stringify(platform)})`

async function interrupted(platform: string): Promise<number | null> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', parent(platform)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  return code
}

test('on Windows Ctrl+C reaches the child itself: exec waits and does not kill it', async () => {
  expect(await interrupted('win32')).toBe(7)
})

test.skipIf(process.platform === 'win32')('on other systems the signal is forwarded to a child', async () => {
  expect(await interrupted('linux')).toBe(130)
})
