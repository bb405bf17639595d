import type { Language } from '../../shared/languages.ts'
import { type ChatraSimulator, startChatraSimulator } from '../../simulators/chatra/index.ts'
import { type PlanfixSimulator, startPlanfixSimulator } from '../../simulators/planfix/index.ts'

/** Numbers of the simulated Planfix's employees. */
export const ANA = 5
export const JULIA = 6
export const MIHAI = 7

/** Both services as simulators on this computer. */
export interface SimulatedAccounts {
  chatra: ChatraSimulator
  planfix: PlanfixSimulator
  stop(): Promise<void>
}

/** Starts both simulators. Their pages are in `language`, which is asked each time. Leaves nothing running when it rejects. */
export async function startDemoAccounts(language: () => Language): Promise<SimulatedAccounts> {
  const chatra = await startChatraSimulator({
    switches: { files: 'brevo-file-object' },
    pageLanguage: language,
  })
  const planfix = await startPlanfixSimulator({
    requestsPerSecondLimit: Number.POSITIVE_INFINITY,
    pageLanguage: language,
  }).catch(async (error: unknown) => {
    await chatra.stop()
    throw error
  })
  return {
    chatra,
    planfix,
    async stop() {
      await Promise.all([chatra.stop(), planfix.stop()])
    },
  }
}

/**
 * The connection between the two accounts, in the format of the configuration file. Faster than real accounts allow, to
 * avoid waiting. Ana and Julia reply under their own names; Mihai has no e-mail in Chatra, so his comments are sent under
 * the general agent.
 */
export const demoConnection = (
  { chatra, planfix }: SimulatedAccounts,
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
    taskTemplateId: 12,
    contactTemplateId: 5,
    pollSeconds: 1,
    requestsPerSecond: 20,
  },
  employees: [
    { planfixUserId: `user:${ANA}`, email: 'ana@shop.example', name: 'Ana' },
    { planfixUserId: `user:${JULIA}`, email: 'julia@shop.example', name: 'Julia' },
    { planfixUserId: `user:${MIHAI}`, name: 'Mihai' },
  ],
  // The story itself explains its internal notes.
  options: { sendAsEmployee: true, explainInternal: false },
})

/** Where people open the two accounts. */
export const demoPagesOf = ({ chatra, planfix }: SimulatedAccounts) => ({
  visitorUrl: `${chatra.url}/visitor`,
  planfixUrl: planfix.webUrl,
})
