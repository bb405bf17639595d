import packageFile from '../../../package.json' with { type: 'json' }
import type { Configuration, TunnelConfiguration } from '../../shared/config.ts'
import type { Clock } from '../engine/ports.ts'
import { PROGRAM, type ProgramSecret, type SecretSource } from '../secrets/environment.ts'
import type { ApplicationStore } from '../store/index.ts'
import { ngrokTunnel } from '../tunnel/ngrok/provider.ts'
import type { TunnelProvider } from '../tunnel/provider.ts'
import { type RelayedEvent, relayInbox } from '../tunnel/relay/inbox.ts'
import {
  createRelayProvider,
  type RelayProvider,
  type RelayProviderOptions,
} from '../tunnel/relay/provider.ts'
import type { HostKeys } from '../tunnel/ssh/host-key.ts'
import { sshTunnel } from '../tunnel/ssh/provider.ts'
import { staticAddress } from '../tunnel/static-address.ts'
import type { HookConnection } from '../webhooks/hook-auth.ts'
import { hostKeysOf } from './ssh-host-keys.ts'

/** What a provider may need beside the configuration. */
export interface ProviderParts {
  store: ApplicationStore
  clock: Clock
  random: () => number
  secrets: SecretSource
  /** Who may send events. */
  connections: () => readonly HookConnection[]
  /** The text to store of a call of Planfix's Chat API that a relay took; null = none. */
  chatCall: (connectionId: string, body: string) => string | null
  /** Events that a relay had kept are in the inbox. */
  stored: (events: readonly RelayedEvent[]) => void
}

/** Makes the provider that a configuration names; null = it names none. */
export type CreateProvider = (
  configuration: Pick<Configuration, 'tunnel' | 'publicUrl'>,
  role: Pick<RelayProviderOptions, 'onLeadership' | 'quiet'>,
) => TunnelProvider | RelayProvider | null

export function providerFactory(parts: ProviderParts): CreateProvider {
  const { store, clock, random, secrets, connections, chatCall, stored } = parts
  return ({ tunnel, publicUrl }, role) =>
    providerFor({
      tunnel,
      publicUrl,
      secrets,
      hostKeys: hostKeysOf(store, tunnel.ssh ?? NO_SERVER, () => clock.now()),
      relay: {
        ...role,
        connections,
        clock,
        random,
        inbox: (key) => relayInbox(store, key, stored, chatCall),
      },
      version: packageFile.version,
    })
}

const NO_SERVER = { host: '', port: 0, hostKey: null }

/** The provider that the configuration names; null = there is none. Secrets are asked for when it starts. */
function providerFor(options: {
  tunnel: TunnelConfiguration
  publicUrl: string | null
  secrets: SecretSource
  hostKeys: HostKeys
  /** What a relay client needs besides its settings. */
  relay: Omit<RelayProviderOptions, 'url' | 'key'>
  version: string
}): TunnelProvider | RelayProvider | null {
  const { tunnel, publicUrl, secrets, hostKeys } = options
  const secret = (name: ProgramSecret) => () => secrets.get(PROGRAM, name)
  switch (tunnel.provider) {
    case 'none':
      return null
    case 'own':
      return publicUrl === null ? null : staticAddress(publicUrl)
    case 'ngrok':
      return ngrokTunnel({
        domain: tunnel.ngrok?.domain ?? null,
        token: secret('NGROK_TOKEN'),
        version: options.version,
      })
    case 'ssh': {
      if (!tunnel.ssh) return null
      const [key, passphrase, password] = [
        secret('SSH_KEY'),
        secret('SSH_PASSPHRASE'),
        secret('SSH_PASSWORD'),
      ]
      return sshTunnel({
        settings: tunnel.ssh,
        hostKeys,
        secrets: async () => ({
          key: await key(),
          passphrase: await passphrase(),
          password: await password(),
        }),
      })
    }
    case 'relay':
      return tunnel.relay
        ? createRelayProvider({ ...options.relay, url: tunnel.relay.url, key: secret('RELAY_KEY') })
        : null
  }
}

/** A text that changes with every setting that makes it another tunnel; it contains no secret. */
export function signatureOf(tunnel: TunnelConfiguration, publicUrl: string | null): string {
  const { provider } = tunnel
  return JSON.stringify([provider, provider === 'own' || provider === 'none' ? publicUrl : tunnel[provider]])
}
