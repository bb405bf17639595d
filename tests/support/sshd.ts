import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

const SSHD = '/usr/sbin/sshd'
/** `npm test` installs it where possible, and reports where it is missing (scripts/system-deps.ts). */
export const hasSshd = existsSync(SSHD)
export const isRoot = process.getuid?.() === 0

/** A real OpenSSH server on this computer only, with separate keys and a separate configuration. */
export class Sshd {
  readonly port: number
  readonly user = userInfo().username
  private readonly dir: string
  private process: ChildProcess | null = null
  private settings: string[] = []

  private constructor(dir: string, port: number) {
    this.dir = dir
    this.port = port
  }

  /** `settings` = further lines of its configuration. */
  static async start(...settings: string[]): Promise<Sshd> {
    const sshd = new Sshd(mkdtempSync(join(tmpdir(), 'sshd-')), await freePort())
    // The folder of sshd's unprivileged process; sshd refuses to start as root without it.
    if (isRoot) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
    sshd.newHostKey('ed25519')
    sshd.newKey('client')
    writeFileSync(join(sshd.dir, 'authorized'), sshd.publicKey('client'))
    sshd.settings = settings
    await sshd.run()
    return sshd
  }

  /** A private key, which the server accepts only when its name is `client`. */
  newKey(name: string, passphrase = ''): string {
    const path = join(this.dir, name)
    rmSync(path, { force: true })
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', path])
    return readFileSync(path, 'utf8')
  }
  /** Accepts this key as well. */
  allow(name: string): void {
    const path = join(this.dir, 'authorized')
    writeFileSync(path, readFileSync(path, 'utf8') + this.publicKey(name))
  }
  get key(): string {
    return readFileSync(join(this.dir, 'client'), 'utf8')
  }
  private publicKey(name: string): string {
    return readFileSync(join(this.dir, `${name}.pub`), 'utf8')
  }

  /** A new key of the server, as after a new installation; from its next start. */
  newHostKey(type: 'ed25519' | 'rsa'): void {
    const path = join(this.dir, `host_${type}`)
    rmSync(path, { force: true })
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', path])
  }
  /** As OpenSSH itself prints it. */
  fingerprint(type: 'ed25519' | 'rsa'): string {
    const told = execFileSync('ssh-keygen', ['-l', '-E', 'sha256', '-f', join(this.dir, `host_${type}.pub`)])
    return told.toString().split(' ')[1] ?? ''
  }
  file(name: string, text: string): string {
    const path = join(this.dir, name)
    writeFileSync(path, text)
    chmodSync(path, 0o755)
    return path
  }

  async run(...settings: string[]): Promise<void> {
    if (settings.length > 0) this.settings = settings
    const config = join(this.dir, 'sshd_config')
    const hostKeys = ['ed25519', 'rsa'].map((type) => join(this.dir, `host_${type}`)).filter(existsSync)
    const lines = [
      ...this.settings,
      `Port ${this.port}`,
      'ListenAddress 127.0.0.1',
      ...hostKeys.map((path) => `HostKey ${path}`),
      `AuthorizedKeysFile ${join(this.dir, 'authorized')}`,
      `PidFile ${join(this.dir, 'pid')}`,
      'PermitRootLogin yes',
      'StrictModes no',
      'UsePAM no',
      'AllowTcpForwarding yes',
    ]
    writeFileSync(config, `${lines.join('\n')}\n`)
    // A process group of its own, so that the processes of its connections are killed with it.
    const child = spawn(SSHD, ['-D', '-e', '-f', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    })
    this.process = child
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000)
    })
    for (const end = Date.now() + 10_000; ; ) {
      if (await answers(this.port)) return
      if (child.exitCode !== null || Date.now() > end) throw new Error(`sshd did not start: ${said}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Ends abruptly with every connection, as when the server's computer is switched off. */
  async kill(): Promise<void> {
    const child = this.process
    this.process = null
    if (!child?.pid || child.exitCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    for (const pid of [...descendants(child.pid), child.pid]) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has exited by itself.
      }
    }
    await gone
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Processes that serve connections put themselves into groups of their own. */
function descendants(pid: number): number[] {
  let children: number[] = []
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    children = text.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
  return [...children.flatMap(descendants), ...children]
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    socket.once('data', () => socket.destroy())
  })
