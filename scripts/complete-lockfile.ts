/**
 * Adds to package-lock.json the optional platform packages that npm omitted (`npm install` with a registry
 * that serves packages of only one platform writes a lock file that `npm ci` then refuses). The entries
 * contain version, platform and the checksum that the registry has (asked through npm), so that npm skips them on other
 * platforms and checks them there. Run after `npm install` when `npm ci` says "Missing: … from lock file":
 * `node scripts/complete-lockfile.ts`.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

interface Entry {
  version?: string
  integrity?: string
  dev?: boolean
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

const SYSTEMS = [
  'darwin',
  'win32',
  'linux',
  'linuxmusl',
  'android',
  'freebsd',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'aix',
]
const PROCESSORS = [
  'x64',
  'arm64',
  'ia32',
  'arm',
  'armv7l',
  'ppc64',
  'riscv64',
  's390x',
  'loong64',
  'mips64el',
  'wasm32',
]

const file = 'package-lock.json'
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> }
let added = 0
for (const entry of Object.values(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    if (lock.packages[key]) continue
    lock.packages[key] = {
      version: range.replace(/^[\^~>=\s]+/, ''),
      optional: true,
      ...(entry.dev && { dev: true }),
      ...platformOf(name),
    }
    added += 1
  }
}
let checksums = 0
for (const [key, entry] of Object.entries(lock.packages)) {
  if (key === '' || entry.integrity !== undefined || entry.version === undefined) continue
  const name = key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const integrity = integrityOf(name, entry.version)
  if (integrity === null) continue
  entry.integrity = integrity
  checksums += 1
}
const sorted = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
)
writeFileSync(file, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`)
console.log(`${added} platform packages and ${checksums} checksums added to ${file}`)

/** The registry's checksum of a package; null when it does not know this version. */
function integrityOf(name: string, version: string): string | null {
  try {
    const told = execFileSync('npm', ['view', `${name}@${version}`, 'dist.integrity'], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
    return /^sha512-\S+$/m.exec(told)?.[0] ?? null
  } catch {
    return null
  }
}

/** The platform in a package's name, e.g. `@swc/core-linux-arm64-musl`. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const parts = name.split(/[-/]/)
  const os = SYSTEMS.find((system) => parts.includes(system)) ?? (name === 'fsevents' ? 'darwin' : undefined)
  const cpu = PROCESSORS.find((processor) => parts.includes(processor))
  const libc = parts.some((part) => part.includes('musl'))
    ? 'musl'
    : parts.some((part) => part.startsWith('gnu'))
      ? 'glibc'
      : undefined
  // A platform that is not in the name is none of npm's platforms, so the package is skipped.
  const unknown = os === undefined && cpu === undefined ? { os: ['none'] } : {}
  return {
    ...unknown,
    ...(os && { os: [os] }),
    ...(cpu && { cpu: [cpu] }),
    ...(os === 'linux' && libc && { libc: [libc] }),
  }
}
