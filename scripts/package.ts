import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { errorMessage } from '../src/shared/node-errors.ts'
import { makeArtefact } from './artefact.ts'
import { buildWhatIsStale, NODE, ROOT } from './build.ts'
import { applicationIn, packagedProblems, type System } from './packaged-app.ts'

/**
 * `npm run package`: builds, packs the desktop application with electron-builder and checks the result:
 * files, imports, binaries, fuses. `-- --dir` omits installers; `--win`, `--mac`, `--linux`, `--x64`,
 * `--arm64` select the target (default: this computer's); `--electron-dist FOLDER` uses the Electron there
 * instead of downloading it; `--out FOLDER` (default dist/). BRIDGE_UPDATE_URL: where installed applications
 * look for updates; without it they do not look. `npm run package -- server | relay` makes the artefacts of those
 * programs instead: scripts/artefact.ts.
 */

/** Electron is 120 MB. A process without output for this long hangs. */
const SILENCE_MS = 10 * 60_000
const DOWNLOAD_MS = 20 * 60_000
const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|HTTPError|status code \d{3}/

const isSigned = Boolean(process.env.CSC_LINK || process.env.CSC_NAME)
/**
 * Macs with Apple's processors start no unsigned program, and changing the fuses has invalidated Electron's
 * own signature. An ad-hoc signature is enough for tests; the hardened runtime would refuse the binaries of
 * the packages beside it.
 */
const AD_HOC = ['-c.mac.identity=-', '-c.mac.hardenedRuntime=false', '-c.mac.notarize=false']

const [kind = '', ...others] = process.argv.slice(2)
if (/^\w/.test(kind)) {
  await makeArtefact(kind, others).catch((error: unknown) => fail(errorMessage(error)))
  process.exit(0)
}

const { values } = parseArgs({
  options: {
    dir: { type: 'boolean', default: false },
    win: { type: 'boolean', default: false },
    mac: { type: 'boolean', default: false },
    linux: { type: 'boolean', default: false },
    x64: { type: 'boolean', default: false },
    arm64: { type: 'boolean', default: false },
    out: { type: 'string', default: 'dist' },
    'electron-dist': { type: 'string' },
  },
})

const system: System = values.win
  ? 'win32'
  : values.mac
    ? 'darwin'
    : values.linux
      ? 'linux'
      : (process.platform as System)
const arch = values.arm64 ? 'arm64' : values.x64 ? 'x64' : process.arch
const version = (JSON.parse(read('node_modules/electron/package.json')) as { version: string }).version
const out = resolve(ROOT, values.out)

const feed = process.env.BRIDGE_UPDATE_URL || null
if (feed !== null && !feed.startsWith('https://')) {
  fail('BRIDGE_UPDATE_URL is not an https address: installed applications take updates from no other.')
}

buildWhatIsStale()
if (values['electron-dist'] === undefined) await fetchElectron()
for (const name of unpacked()) rmSync(join(out, name), { recursive: true, force: true })
await pack()
await check()

/** Into electron-builder's cache: so that a computer without a network gets one line of explanation. */
async function fetchElectron(): Promise<void> {
  const { downloadElectronArtifactZip } = await import('app-builder-lib/out/util/electronGet.js')
  const inVain = (reason: string): never =>
    fail(`Electron ${version} for ${system}-${arch} cannot be had here (${reason}): nothing was packaged.`)
  const timer = setTimeout(() => inVain('the download does not end'), DOWNLOAD_MS)
  try {
    await quietly(() =>
      downloadElectronArtifactZip({ artifactName: 'electron', version, platformName: system, arch }),
    )
  } catch (error) {
    inVain(errorMessage(error).split('\n')[0]!)
  }
  clearTimeout(timer)
}

/** The downloader reports each of its tries; the one line at the end is enough. */
async function quietly(work: () => Promise<unknown>): Promise<void> {
  const { write } = process.stdout
  process.stdout.write = () => true
  try {
    await work()
  } finally {
    process.stdout.write = write
  }
}

function pack(): Promise<void> {
  const args = [
    join(ROOT, 'node_modules/electron-builder/cli.js'),
    ...['--config', 'electron-builder.yml', '--publish', 'never'],
    ...[{ win32: '--win', darwin: '--mac', linux: '--linux' }[system], `--${arch}`],
    ...(values.dir ? ['--dir'] : []),
    `-c.directories.output=${out}`,
    ...(feed !== null ? ['-c.publish.provider=generic', `-c.publish.url=${feed}`] : []),
    ...(values['electron-dist'] ? [`-c.electronDist=${resolve(values['electron-dist'])}`] : []),
    ...(system === 'darwin' && process.platform === 'darwin' && !isSigned ? AD_HOC : []),
    // A manually assembled Electron is no Windows program whose resources could be edited.
    ...(values['electron-dist'] && system === 'win32'
      ? ['-c.win.signAndEditExecutable=false', '-c.disableAsarIntegrity=true']
      : []),
  ]
  return new Promise((done) => {
    const builder = spawn(NODE, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    let isSilent = false
    const giveUp = (): void => {
      isSilent = true
      builder.kill('SIGKILL')
    }
    let timer = setTimeout(giveUp, SILENCE_MS)
    for (const stream of [builder.stdout, builder.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        clearTimeout(timer)
        timer = setTimeout(giveUp, SILENCE_MS)
        said = (said + text).slice(-20_000)
        process.stdout.write(text)
      })
    }
    builder.on('close', (code) => {
      clearTimeout(timer)
      if (code === 0) return done()
      if (isSilent) fail('electron-builder has said nothing for ten minutes: stopped. Nothing was packaged.')
      if (NO_NETWORK.test(said)) {
        fail(
          'A tool that electron-builder needs cannot be downloaded here (see above): nothing was packaged.',
        )
      }
      fail('electron-builder failed (see above).')
    })
  })
}

async function check(): Promise<void> {
  const folders = unpacked().filter((name) => applicationIn(join(out, name)) !== null)
  if (folders.length === 0) fail(`There is no application in ${out}.`)
  for (const name of folders) {
    const problems = await packagedProblems(join(out, name), system, arch)
    if (problems.length > 0)
      fail(`The application in ${name} is not as it should be:\n${problems.join('\n')}`)
    process.stdout.write(`Checked: ${join(out, name)}: files, imports, binaries and fuses are as wanted.\n`)
  }
  const installers = readdirSync(out).filter((name) => /\.(exe|dmg|zip|AppImage|deb)$/.test(name))
  for (const name of values.dir ? [] : installers)
    process.stdout.write(`Made: ${join(out, basename(name))}\n`)
}

function unpacked(): string[] {
  if (!existsSync(out)) return []
  return readdirSync(out).filter((name) => name.endsWith('-unpacked') || /^mac(-arm64)?$/.test(name))
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

function fail(words: string): never {
  process.stderr.write(`${words}\n`)
  process.exit(1)
}
