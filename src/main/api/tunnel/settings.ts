import type { Answer } from '../../../shared/api/answer.ts'
import type { TunnelSettings } from '../../../shared/api/tunnel.ts'
import type { Configuration } from '../../../shared/config.ts'
import { publicAddressOf } from '../../../shared/fields.ts'
import type { ConfigurationFile } from '../../settings/settings-store.ts'
import { errorAnswer } from '../responses.ts'

/** The settings of the public address as they are typed. */
export function settingsOf({ tunnel, publicUrl }: Configuration): TunnelSettings {
  const { provider, ngrok, ssh, relay } = tunnel
  return {
    provider,
    own: { address: publicUrl ?? '' },
    ngrok: { domain: ngrok?.domain ?? '' },
    ssh: {
      host: ssh?.host ?? '',
      port: ssh?.port ?? 22,
      user: ssh?.user ?? '',
      remoteHost: ssh?.remoteHost ?? '',
      remotePort: ssh?.remotePort ?? 0,
      publicUrl: ssh?.publicUrl ?? '',
      hostKey: ssh?.hostKey ?? '',
    },
    relay: { url: relay?.url ?? '', deviceId: relay?.deviceId ?? '' },
  }
}

type Change = (file: ConfigurationFile) => ConfigurationFile

/**
 * The typed values, in the format of the file. Complete settings of providers that are not chosen are kept.
 */
export function inFile(typed: TunnelSettings): Answer<Change> {
  const { provider, ngrok, ssh, relay } = typed
  const own = addressIn(typed.own.address, 'own.address', provider === 'own')
  if (!own.ok) return own
  const sshUrl = addressIn(ssh.publicUrl, 'ssh.publicUrl', false)
  if (!sshUrl.ok) return sshUrl
  const relayUrl = addressIn(relay.url, 'relay.url', provider === 'relay')
  if (!relayUrl.ok) return relayUrl
  if (provider === 'ssh') {
    for (const name of ['host', 'user'] as const) {
      if (ssh[name].trim() === '')
        return errorAnswer('invalid', 'settings.problem.empty', { field: `ssh.${name}` })
    }
  }
  const domain = hostOf(ngrok.domain)
  const hasSsh = provider === 'ssh' || (ssh.host.trim() !== '' && ssh.user.trim() !== '')
  const tunnel = {
    provider,
    ...(domain !== '' && { ngrok: { domain } }),
    ...(hasSsh && {
      ssh: {
        host: hostOf(ssh.host),
        port: ssh.port,
        user: ssh.user.trim(),
        remoteHost: orNull(ssh.remoteHost),
        remotePort: ssh.remotePort,
        publicUrl: sshUrl.value,
        hostKey: orNull(ssh.hostKey),
      },
    }),
    ...(relayUrl.value !== null && { relay: { url: relayUrl.value, deviceId: orNull(relay.deviceId) } }),
  }
  return { ok: true, value: (file) => ({ ...file, publicUrl: own.value, tunnel }) }
}

/** Uses a static address from now on. All other settings are kept. */
export function chooseOwnAddress(file: ConfigurationFile, address: string): ConfigurationFile {
  // Without a choice the provider follows from the address.
  if (file.tunnel === undefined) return { ...file, publicUrl: address }
  return { ...file, publicUrl: address, tunnel: { ...file.tunnel, provider: 'own' } }
}

/** The same for saving many settings at once: an unchanged address chooses nothing. Null = none. */
export function withOwnAddress(file: ConfigurationFile, address: string | null): ConfigurationFile {
  const isNew = address !== null && address !== (file.publicUrl ?? null)
  return isNew ? chooseOwnAddress(file, address) : { ...file, publicUrl: address }
}

/** A validation error with the field's name in the form: `tunnel.ssh.host` is its `ssh.host`. */
export function atField<A extends Answer<unknown>>(answer: A): A {
  if (answer.ok || answer.error.field === null) return answer
  const field = answer.error.field.replace(/^tunnel\./, '').replace(/^publicUrl$/, 'own.address')
  return { ...answer, error: { ...answer.error, field } }
}

function addressIn(text: string, field: string, needed: boolean): Answer<string | null> {
  if (text.trim() === '') {
    return needed ? errorAnswer('invalid', 'settings.problem.empty', { field }) : { ok: true, value: null }
  }
  const read = publicAddressOf(text)
  return read.ok ? { ok: true, value: read.address } : errorAnswer('invalid', read.problem, { field })
}

const orNull = (text: string): string | null => text.trim() || null

/** Pasted as an address, or with a port, it is still a name. */
const hostOf = (text: string): string =>
  text
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/\/.*$/s, '')
