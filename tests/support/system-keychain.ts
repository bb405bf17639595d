import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { NODE, ROOT } from '../../scripts/build.ts'

/** The service name of an installed bridge's entries. */
const SERVICE = 'chatra-planfix-bridge'

/**
 * The keychain that the desktop application under test uses, from outside: a keyring of the test's own on Linux, the
 * user's one on Windows and macOS. There the entries have a service name of their own, and the program that
 * makes them is the one that reads them, as macOS would ask otherwise.
 */
export class SystemKeychain {
  readonly service: string
  readonly #env: NodeJS.ProcessEnv
  readonly #program: string

  /** `electron`: the program under test; null = the stand-in, which runs in Node. */
  constructor(env: NodeJS.ProcessEnv, electron: string | null, platform: NodeJS.Platform = process.platform) {
    this.#env = env
    this.#program = platform === 'linux' || electron === null ? NODE : electron
    this.service = platform === 'linux' ? SERVICE : `${SERVICE}-test-${process.pid}-${next++}`
  }

  /** Every entry of the application, by account. */
  async entries(): Promise<Record<string, string>> {
    return JSON.parse(
      await this.#run(`keytar.findCredentials(service)
        .then((all) => console.log(JSON.stringify(Object.fromEntries(all.map((one) => [one.account, one.password])))))`),
    )
  }

  /** Separate entries, as an earlier version stored them. */
  async store(secrets: Record<string, string>): Promise<void> {
    await this.#run(
      `Promise.all(Object.entries(JSON.parse(process.argv[2])).map(([account, secret]) =>
        keytar.setPassword(service, account, secret)))`,
      JSON.stringify(secrets),
    )
  }

  async clear(): Promise<void> {
    await this.#run(`keytar.findCredentials(service).then((all) =>
      Promise.all(all.map(({ account }) => keytar.deletePassword(service, account))))`)
  }

  async #run(work: string, ...parameters: string[]): Promise<string> {
    const script = `const keytar = require('keytar'); const service = process.argv[1]; ${work}`
    const { stdout } = await promisify(execFile)(this.#program, ['-e', script, this.service, ...parameters], {
      cwd: ROOT,
      env: { ...this.#env, ELECTRON_RUN_AS_NODE: '1' },
    })
    return stdout
  }
}
let next = 0
