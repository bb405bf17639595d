import type { Language } from '../../shared/languages.ts'
import { type ChatraSimulator, startChatraSimulator } from '../../simulators/chatra/index.ts'
import { type PlanfixSimulator, startPlanfixSimulator } from '../../simulators/planfix/index.ts'
import type { DemoAccounts } from '../api/demo/host.ts'

/** Both services as simulators on this computer. */
export interface SimulatedAccounts extends DemoAccounts {
  simulators: { chatra: ChatraSimulator; planfix: PlanfixSimulator }
}

/**
 * Starts simulated accounts that a person can try at once: three employees, a task template, a contact
 * template and a page for each side. Ana and Julia are matched by their e-mail; Mihai has none, so his
 * comments are sent under the general agent. The pages are in `language`, which is asked each time. Leaves nothing running
 * when it rejects.
 */
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
    simulators: { chatra, planfix },
    chatra: {
      apiUrl: chatra.apiUrl,
      publicKey: chatra.publicKey,
      secretKey: chatra.secretKey,
      visitorUrl: `${chatra.url}/visitor`,
    },
    planfix: {
      restUrl: planfix.restUrl,
      webUrl: planfix.webUrl,
      token: planfix.token,
      taskTemplateId: 12,
      contactTemplateId: 5,
    },
    employees: [
      { planfixUserId: 'user:5', email: 'ana@shop.example', name: 'Ana' },
      { planfixUserId: 'user:6', email: 'julia@shop.example', name: 'Julia' },
      { planfixUserId: 'user:7', name: 'Mihai' },
    ],
    deliverTo(addresses) {
      chatra.webhookUrl = addresses.chatra
      planfix.scenarioUrl = addresses.planfix
    },
    async stop() {
      await Promise.all([chatra.stop(), planfix.stop()])
    },
  }
}
