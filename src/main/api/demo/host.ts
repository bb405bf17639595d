import type { Language } from '../../../shared/languages.ts'

/**
 * Starts simulated accounts on this computer. Provided by the host: the application imports no simulator.
 */
export interface DemoHost {
  /** Its pages for people follow `language`. */
  start(language: () => Language): Promise<DemoAccounts>
}

export interface DemoAccounts {
  chatra: { apiUrl: string; publicKey: string; secretKey: string; visitorUrl: string }
  planfix: {
    restUrl: string
    webUrl: string
    token: string
    taskTemplateId: number
    contactTemplateId: number
  }
  /** In the format of the configuration file. */
  employees: { planfixUserId: string; name: string; email?: string }[]
  /** Where the simulators send their webhooks. */
  deliverTo(addresses: { chatra: string; planfix: string }): void
  stop(): Promise<void>
}

/** A demo as the interface shows it, and its connection, added to the configuration. */
export interface RunningDemo {
  view: { connectionId: string; visitorUrl: string; planfixUrl: string }
  /** In the format of the configuration file; null when the connection is in the configuration itself. */
  connection: Record<string, unknown> | null
  stop(): Promise<void>
}

export const demoView = (connectionId: string, { chatra, planfix }: DemoAccounts): RunningDemo['view'] => ({
  connectionId,
  visitorUrl: chatra.visitorUrl,
  planfixUrl: planfix.webUrl,
})

/**
 * The connection between the two accounts, in the format of the configuration file. Faster than real accounts
 * allow, to avoid waiting; employees reply under their own names if they have an e-mail.
 */
export const demoConnection = (
  { chatra, planfix, employees }: DemoAccounts,
  named: { id: string; name: string; webhookSecret: string },
): Record<string, unknown> => ({
  ...named,
  chatra: {
    baseUrl: chatra.apiUrl,
    publicKey: chatra.publicKey,
    agent: { email: 'bridge@shop.example', name: 'shop.example' },
  },
  planfix: {
    baseUrl: planfix.restUrl,
    webUrl: planfix.webUrl,
    taskTemplateId: planfix.taskTemplateId,
    contactTemplateId: planfix.contactTemplateId,
    pollSeconds: 1,
    requestsPerSecond: 20,
  },
  employees,
  options: { sendAsEmployee: true },
})
