import { useEffect, useState } from 'react'
import { type TunnelSettings, type TunnelView, tunnelSettings } from '../../../shared/api/tunnel.ts'
import type { CallError } from '../../../shared/api.ts'
import type { TextKey } from '../../../shared/i18n/texts.ts'
import { useAppState, useCacheAnswer, useCall, useClient, useRefresh } from '../../client/hooks.tsx'
import {
  isChanged,
  type Provider,
  pairs,
  problemsOf,
  type SecretName,
  type Typed,
  typedOf,
} from './typed-values.ts'

/** Props of each input from the page that shows it. */
export interface FieldProps {
  'data-field': string
  error: string | null | undefined
  disabled?: boolean
  readOnly?: boolean
  onBlur(): void
}

export interface PublicAddressForm {
  saved: TunnelView
  typed: Typed
  problems: Record<string, TextKey | null>
  changed: boolean
  /** Incremented when the typed values are discarded: inputs with local state start again. */
  round: number
  choose(provider: Provider): void
  set<P extends 'own' | 'ngrok' | 'ssh' | 'relay'>(part: P, change: Partial<TunnelSettings[P]>): void
  /** Undefined = as it is. */
  setSecret(name: SecretName, text: string | undefined): void
  setRelay(change: Partial<Typed['relay']>): void
  discard(): void
  /** Null when it was saved. On failure the typed values stay. */
  save(): Promise<CallError | null>
  trust(fingerprint: string): Promise<CallError | null>
}

/** Props of the form of each provider. */
export interface ProviderProps {
  way: PublicAddressForm
  disabled: boolean
  /** Props of an input from the page; `edited` is also called when its value changes. */
  field(name: string): FieldProps
  edited(name: string): void
  /** Handler of the button beside the pairing code; without it there is no button. */
  pair?: { busy: boolean; run(): void }
  /** Without what few owners need. */
  brief?: boolean
}

/** Values that a page keeps while another one is shown; all but the secrets also survive a reload. */
const kept = new Map<string, Typed>()

function keep(memory: string | undefined, typed: Typed | null): void {
  if (memory === undefined) return
  if (typed === null) {
    kept.delete(memory)
    sessionStorage.removeItem(memory)
  } else {
    kept.set(memory, typed)
    sessionStorage.setItem(memory, JSON.stringify(typed.settings))
  }
}

function remembered(memory: string | undefined, saved: TunnelView): Typed | null {
  if (memory === undefined) return null
  const typed = kept.get(memory)
  if (typed) return typed
  const read = tunnelSettings.safeParse(JSON.parse(sessionStorage.getItem(memory) ?? 'null'))
  return read.success ? { ...typedOf(saved), settings: read.data } : null
}

/**
 * The saved public address; read again when its state changes, because a server may have shown another key.
 */
export function useSavedPublicAddress() {
  const answer = useCall('tunnel.get', {})
  const refresh = useRefresh()
  const { provider, state, problem } = useAppState().publicAddress
  // biome-ignore lint/correctness/useExhaustiveDependencies: what changes is what asks again
  useEffect(() => void refresh('tunnel.get'), [provider, state, problem])
  return answer
}

/**
 * The typed values for the public address. With a name for `memory` they survive leaving the page. `first` is
 * the default provider as long as there is none.
 */
export function usePublicAddress(
  saved: TunnelView,
  { memory, first }: { memory?: string; first?: Provider } = {},
): PublicAddressForm {
  const bridge = useClient()
  const cacheAnswer = useCacheAnswer('tunnel.get', {})
  const begin = (view: TunnelView): Typed => {
    const typed = typedOf(view)
    const provider = view.settings.provider === 'none' ? (first ?? 'none') : view.settings.provider
    return { ...typed, settings: { ...typed.settings, provider } }
  }
  const [edited, setEdited] = useState<Typed | null>(() => remembered(memory, saved))
  const [round, setRound] = useState(0)
  const typed = edited ?? begin(saved)

  const change = (how: (before: Typed) => Typed) =>
    setEdited((before) => {
      const after = how(before ?? begin(saved))
      keep(memory, after)
      return after
    })
  const discard = () => {
    keep(memory, null)
    setEdited(null)
    setRound((before) => before + 1)
  }
  const accept = (view: TunnelView) => {
    cacheAnswer(view)
    discard()
  }
  return {
    saved,
    typed,
    problems: problemsOf(typed, saved),
    changed: isChanged(typed, saved),
    round,
    choose: (provider) => change((now) => ({ ...now, settings: { ...now.settings, provider } })),
    set: (part, values) =>
      change((now) => ({
        ...now,
        settings: { ...now.settings, [part]: { ...now.settings[part], ...values } },
      })),
    setSecret: (name, text) =>
      change((now) => {
        const { [name]: _, ...others } = now.secrets
        return { ...now, secrets: text === undefined ? others : { ...others, [name]: text } }
      }),
    setRelay: (values) => change((now) => ({ ...now, relay: { ...now.relay, ...values } })),
    discard,
    async save() {
      const { settings, secrets, relay } = typed
      const answer = pairs(typed, saved)
        ? await bridge.call('tunnel.pair', { address: settings.relay.url, code: relay.code.trim() })
        : await bridge.call('tunnel.save', { settings, secrets })
      if (!answer.ok) return answer.error
      accept(answer.value)
      return null
    },
    async trust(fingerprint) {
      const answer = await bridge.call('tunnel.trustHostKey', { fingerprint })
      if (!answer.ok) return answer.error
      cacheAnswer(answer.value)
      return null
    },
  }
}
