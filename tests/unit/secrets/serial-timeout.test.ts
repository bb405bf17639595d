import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const PATIENCE = join(import.meta.dirname, '../../../src/main/secrets/serial-timeout.ts')

/** Exits during a call to the keychain: `app.quit` of Electron, or `process.exit` of Node. */
const ends = (host: 'electron' | 'node') =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `
      import { EventEmitter } from 'node:events'
      import { serialWithTimeout } from ${JSON.stringify(PATIENCE)}
      const app = new EventEmitter()
      if (${host === 'electron'}) Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: '45' } })
      // As lib/browser/init.ts, before any program is read.
      app.on('quit', (code) => process.emit('exit', code))
      app.once('quit', () => process.stdout.write('installed'))
      serialWithTimeout(20, () => {}).run(() => new Promise(() => {})).catch(() => {
        if (${host === 'electron'}) app.emit('quit', 0)
        else process.exit(0)
      })
      setTimeout(() => {}, 5000)`,
    ],
    { encoding: 'utf8' },
  )

test('a hanging keychain does not keep the process, and the updater has installed before', () => {
  const run = ends('electron')
  expect([run.signal, run.stdout]).toEqual(['SIGKILL', 'installed'])
})

test('under Node a hanging keychain ends with the process at once', () => {
  expect(ends('node').signal).toBe('SIGKILL')
})
