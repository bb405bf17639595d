/**
 * Adds to package-lock.json the optional platform packages that npm omitted (`npm install` with a registry
 * that serves packages of only one platform writes a lock file that `npm ci` then refuses). The entries
 * contain version and platform, so that npm skips them on other platforms. Run after `npm install` when `npm
 * ci` says "Missing: … from lock file": `node scripts/complete-lockfile.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs'

interface Entry {
  version?: string
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
const sorted = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
)
writeFileSync(file, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`)
console.log(`${added} platform packages added to ${file}`)

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
