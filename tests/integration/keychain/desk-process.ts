import Conf from 'conf'
import { openDesktopSettings } from '../../../src/main/desktop/settings.ts'
import { createLog } from '../../../src/main/process/log.ts'
import type { SecretName } from '../../../src/main/secrets/environment.ts'
import { openSecrets } from '../../../src/main/secrets/keychain.ts'
import { loadKeychain } from '../../../src/main/secrets/keytar.ts'
import { createRedactor } from '../../../src/main/settings/redact.ts'

/** The process behind `Desk`: opens secrets and settings as the desktop host does, with its log on standard error. */
const [dataDir = '', limitMs = ''] = process.argv.slice(2)
const SERVICE = 'chatra-planfix-bridge-test'
const redact = createRedactor()
const log = createLog({ redact, pretty: false })
const secrets = await openSecrets({
  service: SERVICE,
  learn: (secret) => redact.add(secret),
  log,
  platform: process.platform,
  dataDir,
  limitMs: Number(limitMs),
  retryMs: [],
})
/** Of the keyring itself. */
const raw = await loadKeychain(SERVICE)
const settings = await openDesktopSettings({
  dataDir,
  secrets,
  redact,
  onProblem: (trouble) => log.error({ ...trouble }, 'the settings cannot be read'),
  writer: async () => Conf,
})

const connection = (id: string, webhookSecret?: string) => ({
  id,
  // Nothing listens there.
  chatra: { baseUrl: 'http://127.0.0.1:9/api', publicKey: `key-of-${id}` },
  planfix: { baseUrl: 'http://127.0.0.1:9/rest' },
  ...(webhookSecret !== undefined && { webhookSecret }),
})

const work: Record<string, (...args: string[]) => unknown> = {
  state: () => null,
  get: (id, name) => secrets.get(id ?? '', name as SecretName),
  set: (id, name, value) => secrets.set(id ?? '', name as SecretName, value ?? ''),
  remove: (id) => secrets.remove(id ?? ''),
  tryAgain: () => secrets.tryAgain(),
  entry: (account) => raw.get(account ?? ''),
  setEntry: (account, value) => raw.set(account ?? '', value ?? ''),
  deleteEntry: (account) => raw.delete(account ?? ''),
  async webhookSecrets() {
    await settings.refresh?.()
    return Object.fromEntries(settings.read().connections.map((one) => [one.id, one.webhookSecret ?? null]))
  },
  async connect(id = '', webhookSecret) {
    const { ok } = await settings.change((file) => ({
      ...file,
      connections: [
        ...(file.connections ?? []).filter((one) => one.id !== id),
        connection(id, webhookSecret),
      ],
    }))
    return ok
  },
  async disconnect(id = '') {
    await settings.change((file) => ({
      ...file,
      connections: (file.connections ?? []).filter((one) => one.id !== id),
    }))
    await secrets.remove(id)
  },
}

process.on(
  'message',
  async ({ name, args = [], number }: { name: string; args?: string[]; number: number }) => {
    if (name === 'end') process.exit(0)
    try {
      const value = (await work[name]?.(...args)) ?? null
      log.info({ name, args, value }, 'done')
      process.send?.({ number, told: { keeps: secrets.keptIn, trouble: secrets.trouble, value } })
    } catch (error) {
      process.send?.({ number, error: String(error) })
    }
  },
)
process.on('disconnect', () => process.exit(0))
