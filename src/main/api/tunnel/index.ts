import { hostname } from 'node:os'
import type { tunnelCalls as contract, TunnelView } from '../../../shared/api/tunnel.ts'
import type { Handlers, ReadArgs } from '../../../shared/api.ts'
import { publicAddressOf } from '../../../shared/fields.ts'
import { type SshServer, serverKeys, trustKey } from '../../ingress/ssh-host-keys.ts'
import { PROGRAM, type ProgramSecret } from '../../secrets/environment.ts'
import type { ConfigurationFile } from '../../settings/settings-store.ts'
import { pairWithRelay } from '../../tunnel/relay/pair.ts'
import { privateKeyProblem } from '../../tunnel/ssh/provider.ts'
import type { ApiContext } from '../context.ts'
import { done, errorAnswer } from '../responses.ts'
import { atField, inFile, settingsOf } from './settings.ts'

type Save = ReadArgs<'tunnel.save'>
type Typed = Save['secrets']

const SECRETS: Record<keyof Typed, ProgramSecret> = {
  ngrokToken: 'NGROK_TOKEN',
  sshKey: 'SSH_KEY',
  sshPassphrase: 'SSH_PASSPHRASE',
  sshPassword: 'SSH_PASSWORD',
}
const names = Object.keys(SECRETS) as (keyof Typed)[]

/** How the receiver gets its public address. */
export function tunnelCalls(context: ApiContext): Pick<Handlers, keyof typeof contract> {
  const { application, secrets } = context

  return {
    'tunnel.get': async () => done(await viewOf(context)),

    async 'tunnel.save'({ settings, secrets: typed }) {
      const read = inFile(settings)
      if (!read.ok) return read
      const refused = await refuseSecrets(settings, typed)
      if (refused) return refused
      const changed = await keepSecrets(typed)
      const saved = await context.change((file) => ({ ...file, ...read.value(file) }))
      if (!saved.ok) return atField(saved)
      if (changed) application.reopenPublicAddress()
      return done(await viewOf(context))
    },

    'tunnel.prove': async () => done(await application.provePublicAddress()),

    async 'tunnel.trustHostKey'({ fingerprint }) {
      const { ssh } = application.configuration.tunnel
      if (!ssh || !(await trustKey(application.store, ssh, fingerprint.trim()))) {
        return errorAnswer('conflict', 'tunnel.problem.ssh.no-such-key', { field: 'ssh.hostKey' })
      }
      if (ssh.hostKey !== null) {
        const saved = await context.change((file) => withHostKey(file, fingerprint.trim()))
        if (!saved.ok) return atField(saved)
      }
      application.reopenPublicAddress()
      return done(await viewOf(context))
    },

    async 'tunnel.pair'({ address, code }) {
      const read = publicAddressOf(address)
      if (!read.ok) return errorAnswer('invalid', read.problem, { field: 'relay.url' })
      const before = await secrets.get(PROGRAM, 'RELAY_KEY')
      const paired = await pairWithRelay({ url: read.address, code, name: hostname(), before })
      if (!paired.ok) {
        const { words, detail } = paired.problem
        const field = words.key.includes('.code-') ? 'code' : 'relay.url'
        return errorAnswer('service', words.key, { params: words.params, field, detail })
      }
      const { url, deviceId, key } = paired
      await secrets.set(PROGRAM, 'RELAY_KEY', key)
      const saved = await context.change((file) => ({
        ...file,
        tunnel: { ...(file.tunnel ?? {}), provider: 'relay', relay: { url, deviceId } },
      }))
      if (!saved.ok) return atField(saved)
      application.reopenPublicAddress()
      return done(await viewOf(context))
    },
  }

  /** Why the secrets cannot be used; null = they can. Secrets that are not typed are the stored ones. */
  async function refuseSecrets({ provider }: Save['settings'], typed: Typed) {
    const wanted = async (name: keyof Typed) => {
      const text = typed[name]?.trim()
      return text === undefined ? secrets.get(PROGRAM, SECRETS[name]) : text || null
    }
    if (/[^\x21-\x7e]/.test(typed.ngrokToken?.trim() ?? '')) {
      return errorAnswer('invalid', 'tunnel.problem.ngrok.token-form', { field: 'ngrokToken' })
    }
    if (provider === 'ngrok' && (await wanted('ngrokToken')) === null) {
      return errorAnswer('invalid', 'tunnel.problem.ngrok.no-token', { field: 'ngrokToken' })
    }
    const isNew = [typed.sshKey, typed.sshPassphrase].some((text) => typeof text === 'string')
    const key = isNew ? await wanted('sshKey') : null
    const problem = key === null ? null : await privateKeyProblem(key, await wanted('sshPassphrase'))
    if (problem === null) return null
    const field = problem.words.key.includes('passphrase') ? 'sshPassphrase' : 'sshKey'
    return errorAnswer('invalid', problem.words.key, { field, detail: problem.detail })
  }

  async function keepSecrets(typed: Typed): Promise<boolean> {
    let changed = false
    for (const name of names) {
      const text = typed[name]
      if (typeof text !== 'string') continue
      changed = true
      if (text.trim() === '') await secrets.delete(PROGRAM, SECRETS[name])
      else await secrets.set(PROGRAM, SECRETS[name], text.trim())
    }
    return changed
  }
}

async function viewOf({ application, secrets }: ApiContext): Promise<TunnelView> {
  const { configuration, store } = application
  const { ssh } = configuration.tunnel
  const has = async (name: ProgramSecret) => (await secrets.get(PROGRAM, name)) !== null
  return {
    settings: settingsOf(configuration),
    has: {
      ngrokToken: await has('NGROK_TOKEN'),
      sshKey: await has('SSH_KEY'),
      sshPassphrase: await has('SSH_PASSPHRASE'),
      sshPassword: await has('SSH_PASSWORD'),
      relayKey: await has('RELAY_KEY'),
    },
    hostKey: ssh ? await hostKeyOf(store, ssh) : { pinned: null, refused: null },
    state: application.publicAddress,
  }
}

async function hostKeyOf(
  store: ApiContext['application']['store'],
  server: SshServer,
): Promise<TunnelView['hostKey']> {
  const { pinned, refused } = await serverKeys(store, server)
  const shown = (key: typeof pinned) => key && { fingerprint: key.fingerprint, seenAt: key.seenAt }
  const own = server.hostKey
  if (own === null || own === pinned?.fingerprint) return { pinned: shown(pinned), refused: shown(refused) }
  return { pinned: { fingerprint: own, seenAt: 0 }, refused: shown(refused) }
}

function withHostKey(file: ConfigurationFile, hostKey: string): ConfigurationFile {
  const tunnel = (file.tunnel ?? {}) as { ssh?: object }
  return { ...file, tunnel: { ...tunnel, ssh: { ...tunnel.ssh, hostKey } } }
}
