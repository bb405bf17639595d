import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { completionScript } from '../src/main/process/command-line/completion.ts'
import { manPage } from '../src/main/process/command-line/man-page.ts'
import type { Artefact } from './artefact.ts'
import { ROOT } from './build.ts'

const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'arm64' }
/** The scripts of resources/deb that dpkg runs. */
const SCRIPTS = ['postinst', 'prerm', 'postrm'] as const

/**
 * A package for Debian and Ubuntu from the tarball's folder: the program below /usr/lib, its command, its service with
 * a user of its own, its data below /var/lib. Empty where dpkg-deb is not installed.
 */
export function makeDeb(options: {
  artefact: Artefact
  folder: string
  out: string
  version: string
  fast: boolean
}): string[] {
  const { artefact, folder, out, version, fast } = options
  const architecture = ARCHITECTURES[process.arch]
  if (architecture === undefined || spawnSync('dpkg-deb', ['--version']).error) return []
  const root = join(out, `${artefact.package}.deb-root`)
  rmSync(root, { recursive: true, force: true })
  const home = `usr/lib/${artefact.package}`
  mkdirSync(join(root, home, '..'), { recursive: true })
  // Links: most of it is Node, and nothing of it is changed below.
  execFileSync('cp', ['-al', folder, join(root, home)])
  layOut(artefact, root, home, version)
  control(artefact, root, architecture, version)
  const file = join(out, `${artefact.package}_${version}_${architecture}.deb`)
  execFileSync('dpkg-deb', ['--root-owner-group', fast ? '-Znone' : '-Zgzip', '--build', root, file], {
    stdio: 'pipe',
  })
  rmSync(root, { recursive: true, force: true })
  return [file]
}

/** Where Debian expects documents, commands, manual pages and services. */
function layOut(
  { package: name, specification, installedAs, service }: Artefact,
  root: string,
  home: string,
  version: string,
): void {
  const as = { ...specification, name: installedAs }
  const move = (from: string, to: string): void => {
    mkdirSync(join(root, to, '..'), { recursive: true })
    renameSync(join(root, home, from), join(root, to))
  }
  move('doc', `usr/share/doc/${name}`)
  move(`systemd/${basename(service)}`, `usr/lib/systemd/system/${basename(service)}`)
  rmSync(join(root, home, 'systemd'), { recursive: true })
  rmSync(join(root, home, 'share'), { recursive: true })
  const copyright = [
    'All rights reserved by the owner of the program.\n',
    'licences.txt',
    'licence-of-node.txt',
  ].map((part) => (part.endsWith('.txt') ? readFileSync(join(root, home, part), 'utf8') : part))
  writeFileSync(join(root, `usr/share/doc/${name}/copyright`), copyright.join('\n'))
  mkdirSync(join(root, 'usr/bin'), { recursive: true })
  symlinkSync(`/${home}/bin/${specification.name}`, join(root, 'usr/bin', installedAs))
  put(root, `usr/share/man/man1/${installedAs}.1.gz`, gzipSync(manPage(as, version), { level: 9 }))
  put(root, `usr/share/bash-completion/completions/${installedAs}`, completionScript(as, 'bash'))
  put(root, `usr/share/zsh/vendor-completions/_${installedAs}`, completionScript(as, 'zsh'))
  put(root, `etc/${name}/options.env`, readFileSync(join(ROOT, `resources/deb/${name}.env`)), 0o600)
}

function control(artefact: Artefact, root: string, architecture: string, version: string): void {
  const { package: name, specification, user, state, service } = artefact
  const unit = basename(service)
  const kilobytes = Math.ceil(sizeOf(root) / 1024)
  put(
    root,
    'DEBIAN/control',
    `Package: ${name}
Version: ${version}
Architecture: ${architecture}
Maintainer: Chatra–Planfix Bridge <bridge@chatra-planfix-bridge.example>
Installed-Size: ${kilobytes}
Section: net
Priority: optional
Depends: libc6 (>= 2.28), libstdc++6, passwd
Recommends: ca-certificates
Description: ${specification.summary}
 Runs as a service with a user and a data folder of its own, and brings its own Node.js.
`,
  )
  put(root, 'DEBIAN/conffiles', `/etc/${name}/options.env\n`)
  const values: Record<string, string> = { PACKAGE: name, USER: user, STATE: state, UNIT: unit }
  for (const script of SCRIPTS) {
    const text = readFileSync(join(ROOT, 'resources/deb', script), 'utf8')
    put(
      root,
      `DEBIAN/${script}`,
      text.replaceAll(/@(\w+)@/g, (_, word: string) => values[word] ?? ''),
      0o755,
    )
  }
}

function put(root: string, path: string, content: string | Buffer, mode = 0o644): void {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), content)
  chmodSync(join(root, path), mode)
}

const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
