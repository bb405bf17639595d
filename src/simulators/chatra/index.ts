import { type ChatraOptions, ChatraSimulator } from './simulator.ts'

export type { ChatMessage, ChatraOptions } from './simulator.ts'
export { type ChatraSwitches, chatraSwitches } from './switches.ts'
export { Visitor } from './visitor.ts'
export { ChatraSimulator }

/** Starts a separate Chatra account on 127.0.0.1 (contracts/chatra.md); `stop()` ends it. */
export async function startChatraSimulator(options: ChatraOptions = {}): Promise<ChatraSimulator> {
  const simulator = new ChatraSimulator(options)
  await simulator.start(options.port)
  return simulator
}
