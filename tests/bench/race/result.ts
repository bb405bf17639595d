import type { Faults } from '../flow/marks.ts'

/** What one program did in a race; the medians of its rounds where there were several. */
export interface Result {
  name: string
  perSecond: number
  /** Milliseconds of CPU per message. */
  cpuMs: number
  /** MB. */
  rssAtRest: number
  rssPeak: number
  /** In the flow that nothing disturbs, all rounds together. */
  undisturbed: Faults
  /** In a flow in which the program is killed, where Chatra posts again what was not answered 200. */
  killed: Faults
  /** In an outage of Planfix, where Chatra posts again what was not answered 200, and where it does not. */
  outageRepeated: Faults
  outageUnrepeated: Faults
}
