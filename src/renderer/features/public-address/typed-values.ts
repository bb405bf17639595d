import type { TunnelSettings, TunnelView } from '../../../shared/api/tunnel.ts'
import type { Args } from '../../../shared/api.ts'
import { publicAddressOf } from '../../../shared/fields.ts'
import type { TextKey } from '../../../shared/i18n/texts.ts'

export type Provider = TunnelSettings['provider']
type TypedSecrets = NonNullable<Args<'tunnel.save'>['secrets']>
export type SecretName = keyof TypedSecrets

/** The values typed into the form of the public address. */
export interface Typed {
  settings: TunnelSettings
  /** A missing value stays as it is, an empty one is deleted. */
  secrets: Partial<Record<SecretName, string>>
  relay: { code: string; again: boolean }
}

export const typedOf = ({ settings }: TunnelView): Typed => ({
  settings,
  secrets: {},
  relay: { code: '', again: false },
})

export const isPaired = ({ settings, has }: TunnelView): boolean =>
  has.relayKey && settings.relay.url !== '' && settings.relay.deviceId !== ''

/** With a relay that is not paired yet, saving means pairing. */
export const pairs = (typed: Typed, saved: TunnelView): boolean =>
  typed.settings.provider === 'relay' && (!isPaired(saved) || typed.relay.again)

/** The problem of each field of the chosen provider, in the order of its form; null = none. */
export function problemsOf(typed: Typed, saved: TunnelView): Record<string, TextKey | null> {
  const { settings, secrets, relay } = typed
  const { ssh } = settings
  switch (settings.provider) {
    case 'none':
      return {}
    case 'own':
      return { 'own.address': addressProblem(settings.own.address) }
    case 'ngrok': {
      const hasToken = secrets.ngrokToken === undefined ? saved.has.ngrokToken : secrets.ngrokToken !== ''
      return { ngrokToken: hasToken ? null : 'tunnel.problem.ngrok.no-token', 'ngrok.domain': null }
    }
    case 'ssh':
      return {
        'ssh.host': ssh.host.trim() === '' ? 'tunnel.page.empty' : null,
        'ssh.port': isPort(ssh.port, 1) ? null : 'tunnel.page.port.wrong',
        'ssh.user': ssh.user.trim() === '' ? 'tunnel.page.empty' : null,
        sshKey: null,
        sshPassphrase: null,
        sshPassword: null,
        'ssh.publicUrl': ssh.publicUrl.trim() === '' ? null : addressProblem(ssh.publicUrl),
        'ssh.remotePort': isPort(ssh.remotePort, 0) ? null : 'tunnel.page.remote-port.wrong',
        'ssh.remoteHost': null,
      }
    case 'relay':
      return pairs(typed, saved)
        ? {
            'relay.url': addressProblem(settings.relay.url),
            code: relay.code.trim() === '' ? 'tunnel.page.relay.code.empty' : null,
          }
        : {}
  }
}

/** Whether it differs from the saved settings. Pure. */
export const isChanged = (typed: Typed, saved: TunnelView): boolean =>
  JSON.stringify(typed.settings) !== JSON.stringify(saved.settings) ||
  Object.keys(typed.secrets).length > 0 ||
  typed.relay.code !== ''

function addressProblem(text: string): TextKey | null {
  const read = publicAddressOf(text)
  return read.ok ? null : read.problem
}

const isPort = (value: number, least: number): boolean =>
  Number.isInteger(value) && value >= least && value <= 65_535
