import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NEEDED = ['/usr/bin/gnome-keyring-daemon', '/usr/bin/dbus-daemon', '/usr/bin/dbus-send']

/**
 * Why there can be no keyring here; null = there can. `npm test` installs it where possible (scripts/system-deps.ts).
 */
export const noKeyring: string | null =
  process.platform !== 'linux'
    ? 'gnome-keyring exists on Linux alone'
    : NEEDED.every((path) => existsSync(path))
      ? null
      : 'gnome-keyring, dbus-daemon or dbus-send is missing: apt-get install gnome-keyring dbus-x11 libsecret-1-0'

export interface KeyringOptions {
  /**
   * `unlocked` (default): works, as after a login. `locked`: it exists and nobody unlocks it. `empty`: no collection
   * was ever made. `none`: there is a bus and no Secret Service. `no-bus`: not even that.
   */
  state?: 'unlocked' | 'locked' | 'empty' | 'none' | 'no-bus'
}

const PASSWORD = 'password of the test keyring'

/**
 * A separate session bus and a real gnome-keyring, with a separate home folder; nothing of the user's is touched.
 * Nobody can answer a prompt: each ends at once, as if it had been dismissed. Every process with `env` uses it.
 */
export class Keyring {
  /** For the processes under test; without a display. */
  readonly env: NodeJS.ProcessEnv
  readonly dir: string
  private bus: ChildProcess | null = null
  private daemon: ChildProcess | null = null

  private constructor(dir: string) {
    this.dir = dir
    const { DISPLAY: _x, WAYLAND_DISPLAY: _wayland, DBUS_SESSION_BUS_ADDRESS: _bus, ...rest } = process.env
    const at = (name: string) => join(dir, name)
    // Windows and macOS have the keychain of their user.
    if (process.platform !== 'linux') {
      this.env = { ...process.env }
      return
    }
    this.env = {
      ...rest,
      HOME: dir,
      XDG_RUNTIME_DIR: at('run'),
      XDG_DATA_HOME: at('share'),
      XDG_CONFIG_HOME: at('config'),
      XDG_CACHE_HOME: at('cache'),
    }
  }

  static async start({ state = 'unlocked' }: KeyringOptions = {}): Promise<Keyring> {
    const keyring = new Keyring(mkdtempSync(join(tmpdir(), 'keyring-')))
    if (process.platform !== 'linux') return keyring
    process.once('exit', keyring.endAtOnce)
    mkdirSync(join(keyring.dir, 'run'), { mode: 0o700 })
    try {
      if (state !== 'no-bus') await keyring.startBus()
      if (state === 'unlocked' || state === 'locked') await keyring.startDaemon()
      if (state === 'locked') await keyring.restartLocked()
      if (state === 'empty') await keyring.startDaemon('locked')
    } catch (error) {
      await keyring.stop()
      throw error
    }
    return keyring
  }

  /** The daemon, unlocked as a login does it; `locked`: as it starts by itself. */
  async startDaemon(how: 'unlocked' | 'locked' = 'unlocked'): Promise<void> {
    const args = [how === 'unlocked' ? '--unlock' : '--start', '--components=secrets', '--foreground']
    const daemon = spawn('/usr/bin/gnome-keyring-daemon', args, {
      env: this.env,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    daemon.stdin?.end(how === 'unlocked' ? PASSWORD : '')
    this.daemon = daemon
    await until('the keyring', () => {
      if (daemon.exitCode !== null) throw new Error(`gnome-keyring-daemon ended with ${daemon.exitCode}`)
      return this.send(
        'org.freedesktop.DBus',
        '/',
        'org.freedesktop.DBus.NameHasOwner',
        'string:org.freedesktop.secrets',
      ).includes('boolean true')
    })
  }
  /** Ends abruptly, like a daemon that crashes. */
  async killDaemon(): Promise<void> {
    await ended(this.daemon, 'SIGKILL')
    this.daemon = null
  }
  /** Another daemon on the same keyring, which nobody has unlocked. */
  async restartLocked(): Promise<void> {
    await this.killDaemon()
    await this.startDaemon('locked')
  }
  /** The owner locks the keyring by hand. */
  lock(): void {
    this.send(
      'org.freedesktop.secrets',
      '/org/freedesktop/secrets',
      'org.freedesktop.Secret.Service.Lock',
      'array:objpath:/org/freedesktop/secrets/collection/login',
    )
  }
  /** Another daemon, unlocked as a login does it; a process that used the previous one does not know it. */
  async restartUnlocked(): Promise<void> {
    await this.killDaemon()
    await this.startDaemon()
  }
  /** It stops answering, as while a prompt waits for its owner; `thaw` ends that. */
  freeze(): void {
    this.daemon?.kill('SIGSTOP')
  }
  thaw(): void {
    this.daemon?.kill('SIGCONT')
  }

  async stop(): Promise<void> {
    this.thaw()
    await ended(this.daemon, 'SIGKILL')
    await ended(this.bus, 'SIGTERM')
    process.removeListener('exit', this.endAtOnce)
    rmSync(this.dir, { recursive: true, force: true })
  }

  /** A process that ends without `stop` leaves nothing running. */
  private readonly endAtOnce = (): void => {
    for (const child of [this.daemon, this.bus]) child?.kill('SIGKILL')
  }

  private async startBus(): Promise<void> {
    const config = join(this.dir, 'bus.conf')
    // No folder of services: no installed service starts by itself.
    writeFileSync(config, BUS)
    const bus = spawn('/usr/bin/dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address'], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.bus = bus
    let said = ''
    bus.stdout?.on('data', (data) => {
      said += data
    })
    await until('the bus', () => {
      if (bus.exitCode !== null) throw new Error(`dbus-daemon ended with ${bus.exitCode}`)
      return said.includes('\n')
    })
    this.env.DBUS_SESSION_BUS_ADDRESS = said.trim()
  }

  private send(to: string, path: string, method: string, ...args: string[]): string {
    const sent = spawnSync(
      '/usr/bin/dbus-send',
      ['--session', '--print-reply', '--reply-timeout=5000', `--dest=${to}`, path, method, ...args],
      { env: this.env, encoding: 'utf8' },
    )
    return sent.stdout
  }
}

/** Runs `work` with a separate keyring, which is removed afterwards with every process started for it. */
export async function withKeyring<T>(
  run: (keyring: Keyring) => Promise<T>,
  options: KeyringOptions = {},
): Promise<T> {
  const keyring = await Keyring.start(options)
  try {
    return await run(keyring)
  } finally {
    await keyring.stop()
  }
}

const BUS = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = Date.now() + 15_000
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`${what} did not come up`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function ended(child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return
  const { promise, resolve } = Promise.withResolvers<void>()
  child.once('exit', () => resolve())
  child.kill(signal)
  await promise
}
