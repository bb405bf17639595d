import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { BRIDGE } from '../src/main/cli/program.ts'
import { completionScript } from '../src/main/process/command-line/completion.ts'
import { manPage } from '../src/main/process/command-line/man-page.ts'
import type { ProgramSpecification } from '../src/main/process/command-line/specification.ts'
import { RELAY } from '../src/main/relay/program.ts'
import { buildWhatIsStale, ROOT } from './build.ts'
import { reachedFrom } from './bundle.ts'
import { makeDeb } from './deb.ts'
import { TEXTS } from './licences.ts'
import { ENVIRONMENT, FLAGS, RELAY_FLAGS } from './node-flags.ts'
import { nativeFiles } from './packaged-app.ts'

/**
 * `npm run package -- server | relay [--out DIR] [--dir] [--fast]`: the program with its own Node, for a computer of the kind that
 * makes it. A tarball to unpack anywhere and, where dpkg-deb is installed, a deb; with --dir only the folder, with
 * --fast hardly compressed. Nothing is fetched: Node comes from the package `node`.
 */
export interface Artefact {
  /** `npm run package -- KIND`. */
  kind: 'server' | 'relay'
  specification: ProgramSpecification
  /** Built programs that are started; the first is the command. */
  entries: readonly string[]
  hasPage: boolean
  /** Of the tarball's folder, and of the deb. */
  package: string
  service: string
  /** The user and the folder below /var/lib of the service. */
  user: string
  state: string
  /** In the deb: `bridge` is a command of every Linux (iproute2) already. */
  installedAs: string
  docs: readonly string[]
}

const ARTEFACTS: readonly Artefact[] = [
  {
    kind: 'server',
    specification: BRIDGE,
    entries: ['cli', 'store-worker'],
    hasPage: true,
    package: 'chatra-planfix-bridge-server',
    service: 'resources/server/chatra-planfix-bridge.service',
    user: 'chatra-bridge',
    state: 'chatra-planfix-bridge',
    installedAs: 'chatra-bridge',
    docs: ['docs/operating.md', 'docs/operating', 'CHANGELOG.md'],
  },
  {
    kind: 'relay',
    specification: RELAY,
    entries: ['relay'],
    hasPage: false,
    package: 'chatra-planfix-relay',
    service: 'resources/relay/chatra-planfix-relay.service',
    user: 'chatra-relay',
    state: 'chatra-planfix-relay',
    installedAs: 'chatra-bridge-relay',
    docs: ['docs/relay.md', 'docs/operating.md', 'CHANGELOG.md'],
  },
]

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }

export async function makeArtefact(kind: string, args: string[]): Promise<void> {
  const artefact = ARTEFACTS.find((one) => one.kind === kind)
  if (artefact === undefined) throw new Error(`there is no artefact "${kind}"`)
  if (process.platform !== 'linux')
    throw new Error(`the ${kind} is packaged on Linux alone; elsewhere use a checkout`)
  const { values } = parseArgs({
    args,
    options: {
      out: { type: 'string', default: 'dist' },
      dir: { type: 'boolean', default: false },
      fast: { type: 'boolean', default: false },
    },
  })
  buildWhatIsStale()
  const out = resolve(ROOT, values.out)
  const folder = join(out, `${artefact.package}-${version}-linux-${process.arch}`)
  rmSync(folder, { recursive: true, force: true })
  layOut(artefact, folder)
  const { fast } = values
  const made = values.dir
    ? [folder]
    : [packed(folder, fast), ...makeDeb({ artefact, folder, out, version, fast })]
  for (const path of made) process.stdout.write(`Made: ${path}\n`)
}

/** The content of the tarball. */
function layOut({ specification, entries, hasPage, service, docs }: Artefact, folder: string): void {
  const lib = join(folder, 'lib')
  const reached = entries.map((entry) => reachedFrom(join(ROOT, 'out/main', `${entry}.js`)))
  const missing = reached.flatMap((one) => one.missing)
  if (missing.length > 0) throw new Error(`the build lacks ${missing.map(({ name }) => name).join(', ')}`)
  for (const file of new Set(reached.flatMap(({ files }) => [...files])))
    copy(file, join(lib, relative(ROOT, file)))
  for (const name of new Set(reached.flatMap(({ outside }) => [...outside.keys()]))) copyNative(name, lib)
  if (hasPage)
    cpSync(join(ROOT, 'out/renderer'), join(lib, 'out/renderer'), {
      recursive: true,
      filter: (path) => !/(\.map|licences\.json)$/.test(path),
    })
  write(
    join(lib, 'package.json'),
    `${JSON.stringify({ name: 'chatra-planfix-bridge', version, type: 'module' })}\n`,
  )
  copy(join(ROOT, TEXTS), join(lib, TEXTS))
  const node = realpathSync(join(ROOT, 'node_modules/node/bin/node'))
  copy(node, join(lib, 'node'))
  chmodSync(join(lib, 'node'), 0o755)
  copy(join(ROOT, TEXTS), join(folder, 'licences.txt'))
  copy(licenceOfNode(), join(folder, 'licence-of-node.txt'))
  for (const path of docs)
    cpSync(join(ROOT, path), join(folder, 'doc', path.replace(/^docs\//, '')), { recursive: true })
  copy(join(ROOT, service), join(folder, 'systemd', basename(service)))
  const { name } = specification
  write(join(folder, 'bin', name), starter(entries[0]!), 0o755)
  write(join(folder, 'share/man/man1', `${name}.1`), manPage(specification, version))
  write(join(folder, 'share/bash-completion/completions', name), completionScript(specification, 'bash'))
  write(join(folder, 'share/zsh/site-functions', `_${name}`), completionScript(specification, 'zsh'))
}

/** In the package for this kind of computer, which npm puts inside the package `node` or beside it. */
function licenceOfNode(): string {
  const name = `node-linux-${process.arch}/LICENSE`
  const places = ['node_modules/node/node_modules', 'node_modules'].map((place) => join(ROOT, place, name))
  const found = places.find((place) => existsSync(place))
  if (found === undefined) throw new Error('the licence of Node.js is not where the package `node` has it')
  return found
}

/** Finds its own folder through any link, and becomes the program. */
export const starter = (entry: string): string => `#!/bin/sh
# Started from anywhere, also by a link to this file.
here=$(readlink -f "$0") || exit 1
lib=$(dirname "$(dirname "$here")")/lib
${Object.entries(ENVIRONMENT)
  .map(([name, value]) => `export ${name}="\${${name}:-${value}}"`)
  .join('\n')}
# Compiled code on disk shortens the start; a service names a folder of its own.
if [ -z "\${NODE_COMPILE_CACHE:-}" ] && [ -n "\${HOME:-}" ] && [ -w "\${HOME:-}" ]; then
  export NODE_COMPILE_CACHE="\${XDG_CACHE_HOME:-$HOME/.cache}/chatra-planfix-bridge/compiled"
fi
export BRIDGE_COMMAND="\${0##*/}"
exec "$lib/node" ${(entry === 'relay' ? RELAY_FLAGS : FLAGS).join(' ')} "$lib/out/main/${entry}.js" "$@"
`

/** JavaScript, licence and the one binary of a package with machine code. */
function copyNative(name: string, lib: string): void {
  const folder = join(ROOT, 'node_modules', name)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) =>
      /(\.js|package\.json|^LICENSE[^/]*)$/.test(path) &&
      !/^(deps|src|build|prebuilds|script|scripts|bin|test|node_modules)\//.test(path),
  )
  for (const file of files) copy(join(folder, file), join(lib, 'node_modules', name, file))
  for (const binary of nativeFiles('linux', process.arch).filter((path) => isOf(name, path))) {
    copy(join(ROOT, binary), join(lib, binary))
    // The tunnel's binary is a package of its own.
    const own = join(dirname(binary), 'package.json')
    if (existsSync(join(ROOT, own))) copy(join(ROOT, own), join(lib, own))
  }
}

const isOf = (name: string, path: string): boolean => path.startsWith(`node_modules/${name}`)

/** The tarball beside the folder, which stays. */
function packed(folder: string, fast: boolean): string {
  const file = `${folder}.tar.gz`
  rmSync(file, { force: true })
  const owner = ['--owner=0', '--group=0', '--numeric-owner']
  const compress = `--use-compress-program=gzip -${fast ? 1 : 9}`
  execFileSync('tar', [...owner, compress, '-cf', file, '-C', dirname(folder), basename(folder)])
  return file
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to)
}

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text, { mode })
}
