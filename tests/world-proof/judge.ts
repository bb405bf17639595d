import type { Evidence } from './evidence.ts'
import { judgeClients } from './judge-clients.ts'
import { judgeConduct } from './judge-conduct.ts'
import { judgeReplies } from './judge-replies.ts'

/** A violated invariant, and what was observed. */
export interface Finding {
  invariant: string
  detail: string
}

/** All facts, from the services' side. */
export const judge = (evidence: Evidence): Finding[] => [
  ...judgeClients(evidence),
  ...judgeReplies(evidence),
  ...judgeConduct(evidence),
]
