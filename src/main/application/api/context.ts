import type { Push } from '../../../shared/api.ts'
import type { CallError } from '../../../shared/api/answer.ts'
import type { BridgeError } from '../../../shared/errors.ts'
import type { SecretStore } from '../../secrets/store.ts'
import type { SettingsStore } from '../../settings/settings-store.ts'
import type { Application } from '../application.ts'

/** What the calls of the interface work on. */
export interface ApiContext {
  application: Application
  settings: SettingsStore
  secrets: SecretStore
  host: 'server' | 'desktop' | 'demo'
  version: string
  /** Simulators of both services; null where the host has none. */
  demo: DemoHost | null
  /** Tells every interface that is connected. */
  push(message: Push): void
}

/** Starts and stops make-believe accounts on this computer. Given by the host: the application knows no simulator. */
export interface DemoHost {
  start(): Promise<DemoAccounts>
}
export interface DemoAccounts {
  chatra: { apiUrl: string; publicKey: string; secretKey: string; visitorUrl: string }
  planfix: { restUrl: string; webUrl: string; token: string; taskTemplateId: number; contactTemplateId: number }
  /** Where the simulators send their webhooks. */
  deliverTo(addresses: { chatra: string; planfix: string }): void
  stop(): Promise<void>
}

export const refuse = (
  code: CallError['code'],
  key: string,
  extra: { params?: Record<string, string | number>; field?: string; detail?: string } = {},
): { ok: false; error: CallError } => ({
  ok: false,
  error: {
    code,
    message: { key, params: extra.params ?? {} },
    field: extra.field ?? null,
    detail: extra.detail ?? null,
  },
})

/** A service's error as the interface shows it. `field` names the input it is about. */
export const refuseWith = (error: BridgeError, field?: string): { ok: false; error: CallError } =>
  refuse('service', error.userMessageKey, {
    params: { scope: error.scope ?? '' },
    detail: error.detail,
    ...(field !== undefined && { field }),
  })
