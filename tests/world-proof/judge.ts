import type { Evidence } from './evidence.ts'
import { judgeClients } from './judge-clients.ts'
import { judgeConduct } from './judge-conduct.ts'
import { judgeReplies } from './judge-replies.ts'

/** An invariant that does not hold, and what was seen. */
export interface Finding {
  invariant: string
  detail: string
}

/** The whole truth, from the services' side. */
export const judge = (evidence: Evidence): Finding[] => [
  ...judgeClients(evidence),
  ...judgeReplies(evidence),
  ...judgeConduct(evidence),
]
