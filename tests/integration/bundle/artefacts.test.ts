import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NODE, ROOT } from '../../../scripts/build.ts'
import { Bridge } from '../../support/bridge.ts'
import { Bench, HOOK_SECRET, type Ready, until } from '../server-process.ts'

/**
 * What an operator installs, as made here: unpacked and started without anything of the checkout, and carrying a message
 * between the simulators.
 */
const IS_LINUX = process.platform === 'linux'
const IS_ROOT = process.getuid?.() === 0
/** Only where no real service of this computer could be touched: as root in a container with dpkg. */
const MAY_INSTALL =
  IS_LINUX &&
  IS_ROOT &&
  existsSync('/usr/bin/dpkg-deb') &&
  !existsSync('/run/systemd/system') &&
  !isInstalled()

const folder = mkdtempSync(join(tmpdir(), 'bridge-artefacts-'))
const run = promisify(execFile)
let bench: Bench
const started: ChildProcess[] = []

const made = (end: string): string => {
  const name = readdirSync(folder).find((one) => one.endsWith(end))
  if (name === undefined) throw new Error(`there is no …${end}: ${readdirSync(folder).join(', ')}`)
  return join(folder, name)
}

beforeAll(async () => {
  if (!IS_LINUX) return
  bench = await Bench.start()
  for (const kind of ['server', 'relay'])
    await run(NODE, [join(ROOT, 'scripts/package.ts'), kind, '--fast', '--out', folder])
}, 240_000)
afterAll(async () => {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL')
  await bench?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A program until its ready line. */
async function startProgram<R>(command: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(command, args, { env: { PATH: '/usr/bin:/bin', ...env }, cwd: '/' })
  started.push(child)
  let out = ''
  let err = ''
  child.stdout.on('data', (data) => {
    out += data
  })
  child.stderr.on('data', (data) => {
    err += data
  })
  const begun = performance.now()
  const line = await until('the ready line', () => {
    if (child.exitCode !== null) throw new Error(`it ended: ${err}`)
    return out.includes('\n') ? out.slice(0, out.indexOf('\n')) : null
  })
  const readyMs = Math.round(performance.now() - begun)
  return {
    ready: JSON.parse(line) as R,
    /** For the report: figures depend on the computer, so none of them is asserted. */
    tell(what: string) {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      const megabytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
      process.stdout.write(`${what}: ready after ${readyMs} ms, ${megabytes.toFixed(0)} MB after a message\n`)
    },
    async end() {
      child.kill('SIGTERM')
      await new Promise((resolve) => child.once('exit', resolve))
      return { code: child.exitCode, err }
    },
  }
}

/** A client's message reaches its task. */
async function carries({ hooks }: { hooks: string }, name: string): Promise<void> {
  bench.chatra.webhookUrl = `${hooks}/hooks/shop/${HOOK_SECRET}/chatra`
  bench.chatra.visit({ name }).says(`Hello from ${name}`)
  const task = await until('the task', () =>
    bench.planfix.tasks.find((one) => one.name === `${name} (Chatra)`),
  )
  await until('the comment', () =>
    bench.planfix.comments(task.id).some(({ description }) => description.includes(`Hello from ${name}`)),
  )
}

describe.skipIf(!IS_LINUX)('the tarballs', () => {
  const unpacked = (kind: 'bridge-server' | 'relay'): string => {
    const into = join(folder, `unpacked-${kind}`)
    mkdirSync(into, { recursive: true })
    execFileSync('tar', ['-xzf', made(`${kind}-${version()}-linux-${process.arch}.tar.gz`), '-C', into])
    return join(into, readdirSync(into)[0]!)
  }

  test('the server runs with its own Node, where nothing else is, and carries a message', async () => {
    const server = unpacked('bridge-server')
    writeFileSync(join(folder, 'secrets.env'), envOf(bench.secrets))
    const inside = IS_ROOT ? emptyComputer(join(folder, 'computer'), server) : null
    for (const name of ['secrets.env']) if (inside) cpSync(join(folder, name), join(inside, name))
    if (inside) cpSync(bench.configFile, join(inside, 'config.json'))
    const image = commandOf('resources/server/Dockerfile')
    const args = inside
      ? [...image.slice(1), '--hook-port', '0', '--config', '/config.json', '--env-file', '/secrets.env']
      : ['serve', '--data-dir', join(folder, 'data'), '--config', bench.configFile].concat(
          ...[['--env-file', join(folder, 'secrets.env')]],
        )
    const { ready, tell, end } = inside
      ? await startProgram<Ready>('/usr/sbin/chroot', [inside, image[0]!, ...args])
      : await startProgram<Ready>(join(server, 'bin/bridge'), args)
    await carries(ready, 'Tara')
    const page = await fetch(new URL(ready.ui).origin)
    expect(await page.text()).toContain('id="root"')
    tell('server from the tarball')
    expect((await end()).code).toBe(0)
  })

  test('the relay from its tarball is paired and passes a message on', async () => {
    const relay = join(unpacked('relay'), 'bin/bridge-relay')
    const data = ['--data-dir', join(folder, 'relay-data')]
    const { ready, tell, end } = await startProgram<{ control: string }>(relay, [...data, '--port', '0'])
    const code = /^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$/m.exec(
      execFileSync(relay, ['pair', ...data], { encoding: 'utf8' }),
    )?.[0]
    const bridge = await Bridge.start(undefined, { speed: 1 })
    try {
      await bridge.get('tunnel.pair', { address: ready.control, code: code ?? '' })
      await bridge.until('it is proven', () => bridge.app.publicAddress.state === 'proven')
      bridge.chatra.webhookUrl = (await bridge.get('connection.addresses', { id: 'shop' })).chatra
      bridge.chatra.visit({ name: 'Rita' }).says('Through the relay')
      await bridge.until('the comment', () =>
        bridge.planfix.tasks.some(({ id }) =>
          bridge.planfix.comments(id).some(({ description }) => description.includes('Through the relay')),
        ),
      )
      tell('relay from the tarball')
    } finally {
      await bridge.stop()
    }
    expect((await end()).code).toBe(0)
  })

  test('the tarballs have licences, a manual page, completion and documents, and nothing else of the checkout', () => {
    for (const [kind, name] of [
      ['bridge-server', 'bridge'],
      ['relay', 'bridge-relay'],
    ] as const) {
      const root = unpacked(kind)
      expect(readFileSync(join(root, 'licences.txt'), 'utf8')).toContain('fastify')
      expect(readFileSync(join(root, 'licence-of-node.txt'), 'utf8')).toContain('Node.js')
      for (const path of ['share/man/man1/*.1', 'share/bash-completion/completions/*'].map((one) =>
        one.replace('*', name),
      ))
        expect(statSync(join(root, path)).size, path).toBeGreaterThan(500)
      const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      expect(files.filter((path) => /\.(map|ts|tsx)$|(^|\/)(src|tests|\.git)\//.test(path))).toEqual([])
      expect(files.filter((path) => path.endsWith('.node')).every((path) => path.includes('linux'))).toBe(
        true,
      )
    }
  })
})

describe.skipIf(!MAY_INSTALL)('the debs', () => {
  const SERVER = 'chatra-planfix-bridge-server'
  const STATE = '/var/lib/chatra-planfix-bridge'
  const dpkg = (...args: string[]) =>
    run('dpkg', ['--force-unsafe-io', ...args], { env: { ...process.env, LC_ALL: 'C' } })
  afterAll(() => {
    for (const name of [SERVER, 'chatra-planfix-relay']) spawnSync('dpkg', ['--purge', name])
    for (const user of ['chatra-bridge', 'chatra-relay']) spawnSync('userdel', [user])
    for (const name of ['chatra-planfix-bridge', 'chatra-planfix-relay'])
      rmSync(join('/var/lib', name), { recursive: true, force: true })
  })

  /** As the unit starts it, with its user. */
  const asService = () => {
    const unit = readFileSync('/usr/lib/systemd/system/chatra-planfix-bridge.service', 'utf8')
    const [command = '', ...words] = (/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '').split(' ')
    const args = words.flatMap((word) =>
      word === '$BRIDGE_OPTIONS' ? ['--ui-port', '0', '--hook-port', '0'] : [word],
    )
    return startProgram<Ready>('/usr/sbin/runuser', ['-u', 'chatra-bridge', '--', command, ...args], {
      PATH: process.env.PATH ?? '',
      ...bench.secrets,
    })
  }
  const say = (args: string[]) =>
    execFileSync(
      '/usr/sbin/runuser',
      ['-u', 'chatra-bridge', '--', 'chatra-bridge', ...args, '--data-dir', STATE],
      {
        encoding: 'utf8',
      },
    )

  test('the server’s deb is installed, started, upgraded and removed, and its data stays', async () => {
    const deb = made(`${SERVER}_${version()}_${debArchitecture()}.deb`)
    await dpkg('--install', deb)
    expect(statSync(STATE).mode & 0o777).toBe(0o700)
    cpSync(bench.configFile, join(STATE, 'config.json'))
    execFileSync('chown', ['chatra-bridge:', join(STATE, 'config.json')])
    let service = await asService()
    await carries(service.ready, 'Deborah')
    await service.end()
    expect(execFileSync('chatra-bridge', ['--version'], { encoding: 'utf8' })).toBe(
      `chatra-bridge ${version()}\n`,
    )
    expect(existsSync('/usr/share/man/man1/chatra-bridge.1.gz')).toBe(true)
    if (existsSync('/usr/bin/systemd-analyze')) {
      const unit = '/usr/lib/systemd/system/chatra-planfix-bridge.service'
      const { stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' })
      expect(stderr.split('\n').filter((line) => line.includes('chatra-planfix-bridge.service'))).toEqual([])
    }

    const options = `/etc/${SERVER}/options.env`
    writeFileSync(options, 'BRIDGE_OPTIONS=--log-level debug\n')
    await dpkg('--install', newer(deb))
    expect(readFileSync(options, 'utf8')).toContain('debug')
    expect(say(['log'])).toContain('Hello from Deborah')
    service = await asService()
    await carries(service.ready, 'Upton')
    await service.end()

    await dpkg('--remove', SERVER)
    expect(existsSync('/usr/bin/chatra-bridge')).toBe(false)
    expect([existsSync(options), existsSync(join(STATE, 'bridge.sqlite'))]).toEqual([true, true])
    const { stdout } = await dpkg('--purge', SERVER)
    expect(stdout).toContain('stays')
    expect([existsSync(options), existsSync(join(STATE, 'bridge.sqlite'))]).toEqual([false, true])
  }, 120_000)

  test('the relay’s deb is installed, starts as its user and is removed', async () => {
    await dpkg('--install', made(`chatra-planfix-relay_${version()}_${debArchitecture()}.deb`))
    const place = ['--data-dir', '/var/lib/chatra-planfix-relay', '--port', '0']
    const { ready, end } = await startProgram<{ control: string }>('/usr/sbin/runuser', [
      ...['-u', 'chatra-relay', '--', '/usr/bin/chatra-bridge-relay', ...place],
    ])
    expect((await fetch(`${ready.control}/readyz`)).status).toBe(200)
    await end()
    await dpkg('--purge', 'chatra-planfix-relay')
    expect(existsSync('/usr/bin/chatra-bridge-relay')).toBe(false)
  })

  /** The same package with the next version. */
  function newer(deb: string): string {
    const root = join(folder, 'newer')
    execFileSync('dpkg-deb', ['-R', deb, root])
    const control = join(root, 'DEBIAN/control')
    writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, 'Version: 99.0.0'))
    const file = join(folder, 'newer.deb')
    execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', root, file], { stdio: 'pipe' })
    return file
  }
})

/** A root folder with the program, a shell and the system's C libraries, and nothing else. */
function emptyComputer(root: string, program: string): string {
  for (const name of ['bin', 'usr/bin', 'tmp', 'data', 'dev', 'etc'])
    mkdirSync(join(root, name), { recursive: true })
  execFileSync('cp', ['-al', program, join(root, 'bridge')])
  const tools = ['/bin/sh', '/usr/bin/dirname', '/usr/bin/readlink']
  for (const tool of tools) copyFileSync(tool, join(root, tool))
  for (const file of [join(program, 'lib/node'), ...tools]) {
    const { stdout } = spawnSync('ldd', [file], { encoding: 'utf8' })
    for (const [, library] of stdout.matchAll(/(\/\S+) \(0x/g)) {
      mkdirSync(join(root, dirname(library!)), { recursive: true })
      copyFileSync(library!, join(root, library!))
    }
  }
  for (const device of ['null', 'urandom', 'random'])
    spawnSync('cp', ['-a', `/dev/${device}`, join(root, 'dev', device)])
  return root
}

/** ENTRYPOINT and CMD of an image: what is proven here in an empty computer. */
function commandOf(dockerfile: string): string[] {
  const text = readFileSync(join(ROOT, dockerfile), 'utf8')
  const words = (instruction: string) =>
    JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(text)?.[1] ?? '[]') as string[]
  return [...words('ENTRYPOINT'), ...words('CMD')]
}

const envOf = (secrets: Record<string, string>): string =>
  Object.entries(secrets)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')

const version = (): string =>
  (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version

const debArchitecture = (): string => (process.arch === 'arm64' ? 'arm64' : 'amd64')

function isInstalled(): boolean {
  return existsSync('/usr/bin/chatra-bridge') || existsSync('/var/lib/chatra-planfix-bridge')
}
