import { type ChatraOptions, ChatraSimulator } from './simulator.ts'

export type { FileUpload, Introduction, VisitOptions } from './actions.ts'
export type { ChatMessage, ChatraOptions } from './simulator.ts'
export type { Agent, Client, Page } from './state.ts'
export { type ChatraSwitch, type ChatraSwitches, chatraSwitches } from './switches.ts'
export { Visitor } from './visitor.ts'
export type { EventName, WebhookAttempt } from './webhooks.ts'
export { ChatraSimulator }

/** Starts a separate Chatra account on 127.0.0.1 (contracts/chatra.md); `stop()` ends it. */
export async function startChatraSimulator(options: ChatraOptions = {}): Promise<ChatraSimulator> {
  const simulator = new ChatraSimulator(options)
  await simulator.start(options.port)
  return simulator
}
