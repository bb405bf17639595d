import type { Answer } from '../../../shared/api/answer.ts'
import type { TunnelSettings } from '../../../shared/api/tunnel.ts'
import type { Configuration } from '../../../shared/config.ts'
import { publicAddressOf } from '../../../shared/fields.ts'
import type { ConfigurationFile } from '../../settings/settings-store.ts'
import { errorAnswer } from '../responses.ts'

/** The settings of the way in as they are typed. */
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

/** What was typed, in the form of the file. Settings of a provider that is not chosen are kept where they are whole. */
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

/** An address of the owner's own is used from now on. Whatever else was set up is kept. */
export function chooseOwnAddress(file: ConfigurationFile, address: string): ConfigurationFile {
  // Without a choice it follows from the address.
  if (file.tunnel === undefined) return { ...file, publicUrl: address }
  return { ...file, publicUrl: address, tunnel: { ...file.tunnel, provider: 'own' } }
}

/** The same for who saves many settings at once: one that stays as it is chooses nothing. Null = none. */
export function withOwnAddress(file: ConfigurationFile, address: string | null): ConfigurationFile {
  const isNew = address !== null && address !== (file.publicUrl ?? null)
  return isNew ? chooseOwnAddress(file, address) : { ...file, publicUrl: address }
}

/** A refusal of the settings, with the field as the form names it: `tunnel.ssh.host` is its `ssh.host`. */
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

/** Pasted as an address, or with a port after it, it is still a name. */
const hostOf = (text: string): string =>
  text
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/\/.*$/s, '')
