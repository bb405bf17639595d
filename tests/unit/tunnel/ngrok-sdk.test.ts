import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')

/** A separate process: the package is loaded once in each, and the fault under test would end it. */
function inProcess(before: string, module: string, after: string) {
  const script = `${before}\nawait import(${JSON.stringify(module)}).then(async (loaded) => { ${after} })`
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT, encoding: 'utf8' })
}

/** As in Electron: its name among the versions, and a report that ends the process. */
const ELECTRON = `
  Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: '45.4.1' } })
  process.report.getReport = () => process.abort()
  const mine = process.report.getReport`
const SDK = join(ROOT, 'src/main/tunnel/ngrok/sdk.ts')
const LOAD = `
  const [one, two] = await Promise.all([loaded.loadNgrok(), loaded.loadNgrok()])
  process.stdout.write(JSON.stringify([typeof one.SessionBuilder, one === two]))`

describe.runIf(process.platform === 'linux')("ngrok's SDK", () => {
  test('without preparation the SDK calls the report that ends Electron', () => {
    expect(inProcess(ELECTRON, '@ngrok/ngrok', '').signal).toBe('SIGABRT')
  })

  test('in Electron the SDK is loaded without the report, and leaves no trace', () => {
    const run = inProcess(ELECTRON, SDK, `${LOAD}; if (process.report.getReport !== mine) process.exit(3)`)
    expect([run.status, run.signal, run.stdout]).toEqual([0, null, '["function",true]'])
  })

  test('under plain Node the report resolves no socket names', () => {
    const watched = `
      const { getReport } = process.report
      let was = null
      process.report.getReport = () => { was = process.report.excludeNetwork; return getReport.call(process.report) }`
    const run = inProcess(
      watched,
      SDK,
      `${LOAD}; process.stdout.write(' ' + was + ' ' + process.report.excludeNetwork)`,
    )
    expect([run.status, run.stdout]).toEqual([0, '["function",true] true false'])
  })
})
