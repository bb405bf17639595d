import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { extractAll } from '@electron/asar'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NODE, ROOT } from '../../../scripts/build.ts'
import {
  applicationIn,
  fileProblems,
  filesIn,
  fuseProblems,
  importsMissingIn,
  type PackagedFile,
  packagedProblems,
  type System,
} from '../../../scripts/packaged-app.ts'
import { smoke, smokeProblems } from '../../../scripts/smoke.ts'
import { compileStandIn, standIn } from '../../desktop/fake-electron/compile.ts'
import { layOutElectron } from '../../support/electron-dist.ts'
import { freePort } from '../../support/free-port.ts'

/**
 * The desktop application is really packed, by the packager that makes the installers, for each system; only Electron
 * itself is a stand-in. The archives hold exactly what users get.
 */
const folder = mkdtempSync(join(tmpdir(), 'bridge-bundle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const run = promisify(execFile)

interface Packed {
  folder: string
  /** What the command printed, and its exit code. */
  said: string
  code: number
}

async function pack(system: System, arch: string): Promise<Packed> {
  const dist = join(folder, `electron-${system}`)
  const out = join(folder, `out-${system}-${arch}`)
  layOutElectron(dist, system)
  const flag = { win32: '--win', darwin: '--mac', linux: '--linux' }[system]
  const args = ['--dir', flag, `--${arch}`, '--electron-dist', dist, '--out', out]
  const { stdout, stderr, code } = await run(NODE, [join(ROOT, 'scripts/package.ts'), ...args], {
    cwd: folder,
    maxBuffer: 1e8,
  }).then(
    (done) => ({ ...done, code: 0 }),
    (failed: { stdout: string; stderr: string; code: number }) => failed,
  )
  const said = `${stdout}${stderr}`
  const name = readdirSync(out).find((one) => /(-unpacked|^mac(-arm64)?)$/.test(one))
  if (name === undefined) throw new Error(`nothing was packed:\n${said}`)
  return { folder: join(out, name), said, code }
}

/** The tunnel's binary is installed only for the computer that installed the packages. */
const isForeignTunnel = (problem: string): boolean =>
  problem.startsWith('missing: node_modules/@ngrok/ngrok-')
const HERE = process.arch as 'x64' | 'arm64'

describe.skipIf(process.platform !== 'linux')('a package for this computer', () => {
  let out: string
  let said: string
  let files: PackagedFile[]
  let app: string
  let archive: string

  beforeAll(async () => {
    const packed = await pack('linux', HERE)
    out = packed.folder
    said = packed.said
    archive = applicationIn(out)!.archive
    files = filesIn(archive)
    app = join(folder, 'app')
    extractAll(archive, app)
  }, 120_000)

  test('npm run package finds files, imports, binaries and fuses as expected', async () => {
    expect(said).toContain('files, imports, binaries and fuses are as wanted')
    expect(await packagedProblems(out, 'linux', HERE)).toEqual([])
  })

  test('the unpacked application starts in the tray, shows its page and quits', async () => {
    compileStandIn()
    const result = await smoke(NODE, [...standIn, join(app, 'out/main/desktop.js')], {
      STAND_IN_APP: app,
      STAND_IN_PACKAGED: '1',
      BRIDGE_HOOK_PORT: String(await freePort()),
      NODE_PATH: '',
      // Neither the home folder nor the keyring of the user who runs the tests.
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(folder, 'none')}`,
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, 'config'),
    })
    expect(smokeProblems(result), result.said).toEqual([])
    expect(result.ready?.window).toMatch(/^bridge:\/\/app\//)
    expect(result.ready?.heading).not.toBe('')
    expect(result.ready?.version).toBe(version())
    expect(existsSync(join(folder, 'config/autostart'))).toBe(false)
  }, 120_000)

  test('a smoke test fails without a line, with a missing package or a bad exit', async () => {
    expect(smokeProblems({ ready: null, code: 0, said: '' })).toHaveLength(1)
    const good = {
      event: 'ready',
      version: '1',
      tray: true,
      window: '',
      heading: 'x',
      keychain: 'works',
      native: {},
    }
    const problems = (changes: Partial<typeof good>, code = 0, platform: NodeJS.Platform = 'linux') =>
      smokeProblems({ ready: { ...good, ...changes }, code, said: '' }, platform)
    expect(problems({})).toEqual([])
    expect(problems({ native: { keytar: 'no file' } })).toEqual(['keytar: no file'])
    expect(problems({}, 1)).toEqual(['it ended with 1'])
    expect(problems({ heading: '' })).toEqual(['its page shows nothing'])
    for (const [platform, told] of [
      ['win32', 1],
      ['darwin', 1],
      ['linux', 0],
    ] as const)
      expect(problems({ keychain: 'locked' }, 0, platform)).toHaveLength(told)
  })

  test('few files are not imported, and none of them belongs to the simulators', async () => {
    const { reachedFrom } = await import('../../../scripts/bundle.ts')
    const { files: reached } = reachedFrom(join(app, 'out/main/desktop.js'))
    const chunks = readdirSync(join(app, 'out/main/chunks')).map((name) => join(app, 'out/main/chunks', name))
    const idle = chunks.filter((chunk) => !reached.has(chunk)).map((chunk) => readFileSync(chunk, 'utf8'))
    expect(idle.reduce((sum, code) => sum + code.length, 0)).toBeLessThan(300_000)
    expect(idle.filter((code) => code.includes('region src/simulators'))).toEqual([])
  })

  test('the package contains the version and the names of the project, and no scripts', () => {
    const inside = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'))
    const project = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    for (const key of ['name', 'version', 'type', 'main']) expect(inside[key], key).toBe(project[key])
    expect(inside.main).toBe('out/main/desktop.js')
    expect(inside.desktopName).toBe('chatra-planfix-bridge.desktop')
    expect(inside.scripts).toBeUndefined()
    expect(inside.devDependencies).toBeUndefined()
  })

  test('the package contains the texts of the licences of its contents', () => {
    const texts = readFileSync(join(archive, '../licences.txt'), 'utf8')
    for (const name of ['react', 'fastify', 'better-sqlite3'])
      expect(texts).toMatch(new RegExp(`^${name} [\\d.]+ \\(MIT\\)\n\n.*(MIT|Copyright)`, 'm'))
  })

  describe('the checks of a package find a fault:', () => {
    test('sources, tests, maps, environment files, simulators and foreign packages are reported', () => {
      for (const path of [
        'src/main/desktop/index.ts',
        'tests/unit/a.test.ts',
        'out/main/desktop.js.map',
        '.env',
        'out/main/simulators.js',
        'node_modules/react/index.js',
        'resources/icons/app.svg',
        `node_modules/keytar/prebuilds/win32-${HERE}/keytar.node`,
      ]) {
        expect(fileProblems([...files, { path, isUnpacked: path.endsWith('.node') }], 'linux', HERE)).toEqual(
          [`not wanted: ${path}`],
        )
      }
    })

    test('every required file is reported when it is missing', () => {
      const needed = [
        'out/preload/index.cjs',
        'resources/tray/paused-dark@2x.png',
        `node_modules/keytar/prebuilds/linux-${HERE}/keytar.node`,
      ]
      for (const path of needed) {
        const others = files.filter((file) => file.path !== path)
        expect(fileProblems(others, 'linux', HERE)).toEqual([`missing: ${path}`])
      }
    })

    test('a binary inside the archive, and a script beside it, are reported', () => {
      const turned = files.map((file) =>
        /keytar\.(node|js)$/.test(file.path) ? { ...file, isUnpacked: !file.isUnpacked } : file,
      )
      expect(fileProblems(turned, 'linux', HERE)).toHaveLength(2)
    })

    test('a missing chunk or package is reported', () => {
      const copy = join(folder, 'copy')
      cpSync(app, copy, { recursive: true })
      expect(importsMissingIn(copy)).toEqual([])
      const chunk = readdirSync(join(copy, 'out/main/chunks')).find((name) => name.startsWith('store-'))!
      rmSync(join(copy, 'out/main/chunks', chunk))
      rmSync(join(copy, 'node_modules/@ngrok/ngrok'), { recursive: true })
      const problems = importsMissingIn(copy)
      expect(problems).toContain('no package @ngrok/ngrok')
      expect(
        problems.some((problem) => problem.endsWith(`asks for ./${chunk}`) || problem.includes(chunk)),
      ).toBe(true)
    })

    test("Electron's default fuses are reported, one by one", async () => {
      const { program } = applicationIn(out)!
      expect(await fuseProblems(program)).toEqual([])
      const delivered = join(folder, 'electron-linux/electron')
      const copy = join(folder, 'delivered')
      copyFileSync(delivered, copy)
      expect(await fuseProblems(copy)).toEqual([
        'fuse RunAsNode is not off',
        'fuse EnableNodeOptionsEnvironmentVariable is not off',
        'fuse EnableNodeCliInspectArguments is not off',
        'fuse EnableEmbeddedAsarIntegrityValidation is not on',
        'fuse OnlyLoadAppFromAsar is not on',
        'fuse GrantFileProtocolExtraPrivileges is not off',
      ])
    })
  })
})

describe('packages for the other systems', () => {
  test.each([
    ['win32', 'x64'],
    ['darwin', 'arm64'],
  ] as const)(
    '%s-%s: the package contains only its own binaries',
    async (system, arch) => {
      const packed = await pack(system, arch)
      const { program, archive } = applicationIn(packed.folder)!
      const problems = fileProblems(filesIn(archive), system, arch)
      expect(
        problems.filter((problem) => !isForeignTunnel(problem)),
        packed.said,
      ).toEqual([])
      expect(await fuseProblems(program)).toEqual([])
      // Without the tunnel's binary for that system the command fails and names it.
      for (const problem of problems) expect(packed.said).toContain(problem)
      expect(packed.code).toBe(problems.length === 0 ? 0 : 1)
    },
    120_000,
  )
})

const version = (): string => JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version
