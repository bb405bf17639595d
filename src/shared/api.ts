import { z } from 'zod'
import { aboutCalls } from './api/about.ts'
import { accessCalls } from './api/access/contract.ts'
import type { Answer } from './api/answer.ts'
import { conversationCalls } from './api/conversations.ts'
import { demoCalls } from './api/demo.ts'
import { desktopCalls } from './api/desktop.ts'
import { checkUp, diagnosticsCalls } from './api/diagnostics.ts'
import { employeesCalls } from './api/employees.ts'
import { logCalls, messageRow } from './api/log.ts'
import { overviewCalls } from './api/overview.ts'
import { reportCalls } from './api/report.ts'
import { settingsCalls } from './api/settings.ts'
import { setupCalls } from './api/setup.ts'
import { appState, bridgeEvent, stateCalls } from './api/state.ts'
import { tunnelCalls } from './api/tunnel.ts'

/**
 * The contract between the interface and the application: every call and every event, with schemas of
 * arguments and results. Both sides validate both. The application owns the state; the interface shows
 * snapshots of it.
 */
export const calls = {
  ...stateCalls,
  ...logCalls,
  ...conversationCalls,
  ...overviewCalls,
  ...reportCalls,
  ...employeesCalls,
  ...diagnosticsCalls,
  ...settingsCalls,
  ...setupCalls,
  ...demoCalls,
  ...tunnelCalls,
  ...desktopCalls,
  ...aboutCalls,
  ...accessCalls,
} as const

export type CallName = keyof typeof calls
/** What a caller passes. */
export type Args<N extends CallName> = z.input<(typeof calls)[N]['args']>
/** What a handler receives. */
export type ReadArgs<N extends CallName> = z.output<(typeof calls)[N]['args']>
export type Value<N extends CallName> = z.output<(typeof calls)[N]['result']>
export type Handlers = {
  // The entrance answers for its caller by itself (main/api/dispatcher.ts).
  [N in Exclude<CallName, keyof typeof accessCalls>]: (args: ReadArgs<N>) => Promise<Answer<Value<N>>>
}

export const isCallName = (name: unknown): name is CallName =>
  typeof name === 'string' && Object.hasOwn(calls, name)

/** Events that the application pushes. */
const events = {
  /** A new snapshot. */
  state: appState,
  /**
   * New or changed messages, newest last. With `more` there were too many to list: the interface reads the
   * shown messages again.
   */
  messages: z.object({ rows: z.array(messageRow), more: z.boolean() }),
  event: bridgeEvent,
  checkUp,
  /** The demo's conversations may have changed. */
  demo: z.object({}),
} as const
export type EventName = keyof typeof events
export type EventValue<N extends EventName> = z.output<(typeof events)[N]>

/** An event in transport form. */
export type Push = { [N in EventName]: { event: N; value: EventValue<N> } }[EventName]

export const push = z.discriminatedUnion('event', [
  z.object({ event: z.literal('state'), value: events.state }),
  z.object({ event: z.literal('messages'), value: events.messages }),
  z.object({ event: z.literal('event'), value: events.event }),
  z.object({ event: z.literal('checkUp'), value: events.checkUp }),
  z.object({ event: z.literal('demo'), value: events.demo }),
])

export type { Answer, CallError, Words } from './api/answer.ts'
