import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { SecretName } from '../../../src/main/secrets/environment.ts'
import type { KeychainTrouble } from '../../../src/shared/api/state.ts'
import type { Keyring } from '../../support/keyring.ts'

/** The answers of the process under test. */
export interface Told {
  keeps: 'keychain' | 'memory'
  trouble: KeychainTrouble | null
  value: unknown
}

/**
 * Secrets and settings of a desktop in a separate process, because libsecret uses one bus per process: opened there,
 * queried from here.
 */
export class Desk {
  /** Everything it logged. */
  logged = ''
  private readonly process: ChildProcess
  private next = 0

  private constructor(keyring: Keyring, dataDir: string, limitMs: number) {
    this.process = fork(join(import.meta.dirname, 'desk-process.ts'), [dataDir, String(limitMs)], {
      env: keyring.env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (data) => {
        this.logged += data
      })
    }
  }

  static async open(keyring: Keyring, dataDir: string, limitMs = 2000): Promise<Desk> {
    const desk = new Desk(keyring, dataDir, limitMs)
    await desk.ask('state')
    return desk
  }

  state = () => this.ask('state')
  get = async (id: string, name: SecretName) => (await this.ask('get', id, name)).value
  set = (id: string, name: SecretName, value: string) => this.ask('set', id, name, value)
  remove = (id: string) => this.ask('remove', id)
  tryAgain = () => this.ask('tryAgain')
  /** An entry of the keyring itself, past the program. */
  entry = async (account: string) => (await this.ask('entry', account)).value
  setEntry = (account: string, value: string) => this.ask('setEntry', account, value)
  deleteEntry = (account: string) => this.ask('deleteEntry', account)
  /** The webhook secret of each connection, as the bridge would use it. */
  webhookSecrets = async () => (await this.ask('webhookSecrets')).value
  /** Adds a connection to the settings; without a secret, an existing one stays as it is. */
  connect = (id: string, webhookSecret?: string) => this.ask('connect', id, webhookSecret)
  disconnect = (id: string) => this.ask('disconnect', id)

  /** Ends normally; returns the duration in milliseconds. */
  async end(): Promise<number> {
    const began = Date.now()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.process.once('exit', () => resolve())
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.send({ name: 'end' })
    else resolve()
    await promise
    return Date.now() - began
  }
  kill(): void {
    this.process.kill('SIGKILL')
  }

  private ask(name: string, ...args: unknown[]): Promise<Told> {
    const number = this.next++
    const { promise, resolve, reject } = Promise.withResolvers<Told>()
    const onMessage = (message: { number: number; told?: Told; error?: string }) => {
      if (message.number !== number) return
      off()
      if (message.told) resolve(message.told)
      else reject(new Error(message.error))
    }
    const onExit = (code: number | null) => {
      off()
      reject(new Error(`the process ended with ${code}: ${this.logged}`))
    }
    const off = () => {
      this.process.off('message', onMessage)
      this.process.off('exit', onExit)
    }
    this.process.on('message', onMessage)
    this.process.on('exit', onExit)
    this.process.send({ name, args, number })
    return promise
  }
}
