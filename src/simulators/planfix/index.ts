import type { SimRequest } from '../common/server.ts'
import { answerControl } from './control.ts'
import { answerPage } from './pages/pages.ts'
import { type PlanfixOptions, type PlanfixSimulator, runSimulator } from './simulator.ts'

export { plain } from './plain-text.ts'
export type { PlanfixOptions, PlanfixSimulator } from './simulator.ts'
export type { SimComment, SimTask } from './state.ts'
export { type PlanfixSwitches, type SwitchName, switchTable } from './switches.ts'
export type { ChatChannel } from './webchat/chat-state.ts'
export { readCallback } from './webchat/chats.ts'
export { chatSwitchTable } from './webchat/switches.ts'

/** A Planfix account on loopback: REST under /rest, its pages for people, /control for other processes. */
export async function startPlanfixSimulator(options: PlanfixOptions = {}): Promise<PlanfixSimulator> {
  const simulator: PlanfixSimulator = await runSimulator(options, (request: SimRequest) =>
    request.path.startsWith('/control/')
      ? answerControl(simulator, request)
      : answerPage(simulator.account, simulator.url, request, options.pageLanguage?.() ?? 'en'),
  )
  return simulator
}
