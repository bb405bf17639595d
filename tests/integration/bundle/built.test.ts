import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import vm from 'node:vm'
import { beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from '../../../scripts/build.ts'
import { askedBy, reachedFrom } from '../../../scripts/bundle.ts'
import { NATIVE_MODULES } from '../../../scripts/native-modules.ts'
import { nativeFiles, type System } from '../../../scripts/packaged-app.ts'
import { build } from '../../crash/processes.ts'

/** Faults that only Electron itself would report, checked in the built files. */
const MAIN = join(ROOT, 'out/main/desktop.js')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const under = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx)$/.test(name))
    .map((name) => `${folder}/${name}`)

beforeAll(() => build(), 120_000)

describe('the preload, which runs in the sandbox', () => {
  test('the preload is CommonJS: it is loaded as a script without import', () => {
    const code = read('out/preload/index.cjs')
    expect(() => new vm.Script(code)).not.toThrow()
    expect(askedBy(code).map(({ name }) => name)).toEqual(['electron'])
    expect(code).not.toMatch(/\bimport\s*\(/)
  })

  test('the check detects a module, another package and an import() call', () => {
    expect(() => new vm.Script("import { ipcRenderer } from 'electron'")).toThrow(SyntaxError)
    const code = "const a = require('electron'), b = require(`fs`); import('x'); const c = \"require('no')\""
    expect(askedBy(code).map(({ name }) => name)).toEqual(['electron', 'fs', 'x'])
  })
})

describe('the main process', () => {
  let reached: ReturnType<typeof reachedFrom>
  beforeAll(() => {
    reached = reachedFrom(MAIN)
  })

  test('the main process is the entry of package.json, as an ES module', () => {
    const { main, type } = JSON.parse(read('package.json'))
    expect([main, type]).toEqual(['out/main/desktop.js', 'module'])
    expect(() => new vm.Script(readFileSync(MAIN, 'utf8'))).toThrow(/import statement outside a module/)
  })

  test('every import resolves to a built file, Node, Electron, or a native package', () => {
    expect(reached.missing).toEqual([])
    expect([...reached.outside.keys()].sort()).toEqual([...NATIVE_MODULES, 'electron'].sort())
  })

  test('the main process contains no machine code of the build computer', () => {
    expect(
      readdirSync(join(ROOT, 'out'), { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.node'),
      ),
    ).toEqual([])
  })

  test('no file of the main process uses __dirname or __filename', () => {
    const using = [...reached.files].filter((file) => {
      const code = readFileSync(file, 'utf8')
      const isUsed = /(?<![\w.$'"`])__(dirname|filename)\b(?!['"`])/.test(withoutComments(code))
      return isUsed && !/\b(const|var|let)\s+__(dirname|filename)\b/.test(code)
    })
    expect(using.map((file) => relative(ROOT, file))).toEqual([])
  })

  test("each path derived from a file's own place exists inside the application", () => {
    const paths: string[] = []
    for (const file of reached.files) {
      const code = readFileSync(file, 'utf8')
      for (const [, path] of code.matchAll(/join\(import\.meta\.dirname,\s*["'`]([^"'`]+)["'`]\)/g)) {
        paths.push(relative(ROOT, join(dirname(file), path!)))
      }
    }
    // From out/main/desktop.js to the folder of out/ and resources/; from a chunk the path would be different.
    expect(paths).toContain('')
    for (const path of paths) {
      expect(path.startsWith('..'), path).toBe(false)
      expect(existsSync(join(ROOT, path)), path).toBe(true)
    }
  })
})

test('the main process uses no working folder, and reads its own place in four files only', () => {
  const sources = under('src/main')
    .filter((path) => !/^src\/main\/(cli|demo|relay|server)\//.test(path))
    .concat(under('src/preload'), under('src/shared'))
  const using = (words: RegExp) => sources.filter((path) => words.test(withoutComments(read(path))))
  expect(using(/process\.cwd\(|__dirname|__filename/)).toEqual([])
  expect(using(/import\.meta\.(dirname|filename|url)/)).toEqual([
    'src/main/api/about.ts',
    'src/main/desktop/index.ts',
    'src/main/renderer-assets/assets.ts',
    'src/main/store/backup/worker-thread.ts',
  ])
})

describe('packages with machine code', () => {
  test('the native packages are exactly those whose binaries the configuration copies', () => {
    const copied = [
      ...read('electron-builder.yml').matchAll(/- from: node_modules\/(@[^/]+\/ngrok|[^/\s]+)/g),
    ]
    expect([...new Set(copied.map(([, name]) => name))].sort()).toEqual([...NATIVE_MODULES].sort())
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
    for (const name of NATIVE_MODULES) expect(Object.keys(dependencies)).toContain(name)
  })

  const systems: [System, string][] = [
    ['win32', 'x64'],
    ['win32', 'arm64'],
    ['darwin', 'x64'],
    ['darwin', 'arm64'],
    ['linux', 'x64'],
    ['linux', 'arm64'],
  ]
  test.each(systems)(
    '%s-%s: the installed packages contain its binaries, of the right kind',
    (system, arch) => {
      for (const path of nativeFiles(system, arch)) {
        // npm installs the tunnel's binary for its own computer only; the package lists all of them.
        if (path.includes('@ngrok')) {
          const optional = JSON.parse(read('node_modules/@ngrok/ngrok/package.json')).optionalDependencies
          expect(Object.keys(optional)).toContain(path.split('/').slice(1, 3).join('/'))
        } else expect(kindOf(readFileSync(join(ROOT, path))), path).toBe(`${system}-${arch}`)
      }
    },
  )

  test('the wrapping packages load the binaries from their packed location', () => {
    const sqlite = read('node_modules/better-sqlite3/lib/linux-x64.js')
    expect(sqlite).toContain("require('../prebuilds/linux-x64.node')")
    const keytar = read('node_modules/keytar/lib/keytar.js')
    expect(keytar).toContain("'prebuilds/' + process.platform + '-' + process.arch")
    const load = createRequire(join(ROOT, 'package.json'))
    expect(load('keytar')).toHaveProperty('getPassword')
    expect(load('@ngrok/ngrok')).toHaveProperty('forward')
  })
})

test('product name, application id and desktop entry agree', () => {
  const yml = read('electron-builder.yml')
  const value = (key: string): string | undefined => new RegExp(`^\\s*${key}: (.+)$`, 'm').exec(yml)?.[1]
  const id = /APP_ID = '([^']+)'/.exec(read('src/main/desktop/lifecycle/windows-identity.ts'))?.[1]
  expect(value('appId')).toBe(id)
  expect(`${value('executableName')}.desktop`).toBe(value('desktopName'))
  expect(value('StartupWMClass')).toBe(value('executableName'))
  expect(value('executableName')).toBe(JSON.parse(read('package.json')).name)
  const lock = JSON.parse(read('package-lock.json'))
  expect(lock.version).toBe(JSON.parse(read('package.json')).version)
})

const withoutComments = (code: string): string =>
  code.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')

/** The system and processor that a binary is built for, from its header. */
function kindOf(binary: Buffer): string {
  if (binary.readUInt32BE(0) === 0x7f454c46) {
    return `linux-${{ 62: 'x64', 183: 'arm64' }[binary.readUInt16LE(18)]}`
  }
  if (binary.readUInt32LE(0) === 0xfeedfacf) {
    return `darwin-${{ 16777223: 'x64', 16777228: 'arm64' }[binary.readUInt32LE(4)]}`
  }
  if (binary.toString('latin1', 0, 2) === 'MZ') {
    const head = binary.readUInt32LE(0x3c)
    return `win32-${{ 34404: 'x64', 43620: 'arm64' }[binary.readUInt16LE(head + 4)]}`
  }
  return 'unknown'
}
