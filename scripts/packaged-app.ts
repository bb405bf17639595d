import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, sep } from 'node:path'
import { extractAll, getRawHeader } from '@electron/asar'
import { type FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { reachedFrom } from './bundle.ts'
import { NATIVE_MODULES } from './native-modules.ts'

/** The checks of `npm run package` on a packaged application. */

/** A fuse of the packaged application, by number. The configuration sets them; here they are read back. */
const FUSES: ReadonlyMap<FuseV1Options, boolean> = new Map([
  [FuseV1Options.RunAsNode, false],
  [FuseV1Options.EnableCookieEncryption, false],
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable, false],
  [FuseV1Options.EnableNodeCliInspectArguments, false],
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, true],
  [FuseV1Options.OnlyLoadAppFromAsar, true],
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot, false],
  [FuseV1Options.GrantFileProtocolExtraPrivileges, false],
])
const ENABLED: FuseState = 49
const DISABLED: FuseState = 48

export type System = 'win32' | 'darwin' | 'linux'

/** The binary that each native package loads on a system: it must be beside the archive. */
export const nativeFiles = (system: System, arch: string): string[] => {
  const ngrok = { win32: `win32-${arch}-msvc`, darwin: `darwin-${arch}`, linux: `linux-${arch}-gnu` }[system]
  return [
    `node_modules/better-sqlite3/prebuilds/${system}-${arch}.node`,
    `node_modules/keytar/prebuilds/${system}-${arch}/keytar.node`,
    `node_modules/@ngrok/ngrok-${ngrok}/ngrok.${ngrok}.node`,
  ]
}

export interface PackagedFile {
  path: string
  isUnpacked: boolean
}

/** Every file in an archive, with `/` between folders. */
export function filesIn(archive: string): PackagedFile[] {
  const files: PackagedFile[] = []
  const list = (entry: Entry, path: string): void => {
    if (entry.files === undefined) files.push({ path, isUnpacked: entry.unpacked === true })
    for (const [name, one] of Object.entries(entry.files ?? {}))
      list(one, path === '' ? name : `${path}/${name}`)
  }
  list(getRawHeader(archive).header as Entry, '')
  return files
}

interface Entry {
  files?: Record<string, Entry>
  unpacked?: boolean
}

/** The program and the archive in the packager's output; null when there is no application. */
export function applicationIn(folder: string): { program: string; archive: string } | null {
  const bundle = readdirSync(folder).find((name) => name.endsWith('.app'))
  if (bundle !== undefined) {
    return { program: join(folder, bundle), archive: join(folder, bundle, 'Contents/Resources/app.asar') }
  }
  const archive = join(folder, 'resources/app.asar')
  const program = readdirSync(folder).find(
    (name) => name === 'chatra-planfix-bridge' || name === 'Chatra-Planfix Bridge.exe',
  )
  return program === undefined ? null : { program: join(folder, program), archive }
}

/** The problems of a packaged application, a line each; empty when it is correct. */
export async function packagedProblems(folder: string, system: System, arch: string): Promise<string[]> {
  const application = applicationIn(folder)
  if (application === null) return [`${basename(folder)}: there is no application in it`]
  return [
    ...(await fuseProblems(application.program)),
    ...fileProblems(filesIn(application.archive), system, arch),
    ...importProblems(application.archive),
    ...(existsSync(join(dirname(application.archive), 'licences.txt')) ? [] : ['missing: licences.txt']),
  ]
}

export async function fuseProblems(program: string): Promise<string[]> {
  const wire = await getCurrentFuseWire(program)
  return [...FUSES].flatMap(([fuse, isOn]) =>
    wire[fuse] === (isOn ? ENABLED : DISABLED)
      ? []
      : [`fuse ${FuseV1Options[fuse]} is not ${isOn ? 'on' : 'off'}`],
  )
}

/** The files allowed in the archive. */
const WANTED = [
  /^package\.json$/,
  /^out\/main\/(desktop|store-worker)\.js$/,
  /^out\/main\/chunks\/[^/]+\.js$/,
  /^out\/preload\/index\.cjs$/,
  /^out\/renderer\/index\.html$/,
  /^out\/renderer\/assets\/[^/]+\.(js|css|svg|png|woff2)$/,
  /^resources\/(icon\.png|tray\/[^/]+\.(png|ico))$/,
]
const STATES = ['working', 'setup', 'degraded', 'stopped', 'paused']
const NEEDED = [
  'package.json',
  'out/main/desktop.js',
  'out/main/store-worker.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
  'resources/icon.png',
  ...STATES.flatMap((state) =>
    ['.png', '@2x.png', '-dark.png', '-dark@2x.png', 'Template.png', 'Template@2x.png', '.ico'].map(
      (end) => `resources/tray/${state}${end}`,
    ),
  ),
]

export function fileProblems(files: readonly PackagedFile[], system: System, arch: string): string[] {
  const paths = new Set(files.map(({ path }) => path))
  const binaries = nativeFiles(system, arch)
  const isOfNativePackage = (path: string): boolean =>
    NATIVE_MODULES.some((name) => path.startsWith(`node_modules/${name}/`)) ||
    path.startsWith('node_modules/@ngrok/ngrok-')
  const isWanted = (path: string): boolean =>
    WANTED.some((pattern) => pattern.test(path)) ||
    (isOfNativePackage(path) && /(\.js|package\.json|LICENSE[^/]*)$/.test(path)) ||
    binaries.includes(path)
  return [
    ...[...NEEDED, ...binaries].filter((path) => !paths.has(path)).map((path) => `missing: ${path}`),
    ...files.filter(({ path }) => !isWanted(path)).map(({ path }) => `not wanted: ${path}`),
    ...files
      .filter(({ path, isUnpacked }) => path.endsWith('.node') !== isUnpacked)
      .map(({ path, isUnpacked }) => `${path} is ${isUnpacked ? 'beside' : 'inside'} the archive`),
  ]
}

/** Unpacks the archive and follows every import in it, including those of the native packages. */
function importProblems(archive: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-packaged-'))
  try {
    extractAll(archive, folder)
    return importsMissingIn(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Imports of the application in a folder that do not resolve. */
export function importsMissingIn(folder: string): string[] {
  const main = reachedFrom(join(folder, 'out/main/desktop.js'))
  const worker = reachedFrom(join(folder, 'out/main/store-worker.js'))
  const missing = [...main.missing, ...worker.missing]
  const outside = new Map([...main.outside, ...worker.outside])
  const preload = reachedFrom(join(folder, 'out/preload/index.cjs'))
  return [
    ...missing.map(({ name, from }) => `${relative(folder, from).split(sep).join('/')} asks for ${name}`),
    ...[...outside.keys()]
      .filter(
        (name) => name !== 'electron' && !existsSync(join(folder, 'node_modules', name, 'package.json')),
      )
      .map((name) => `no package ${name}`),
    ...[...preload.outside.keys()]
      .filter((name) => name !== 'electron')
      .map((name) => `the preload asks for ${name}`),
  ]
}
