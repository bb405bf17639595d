import type { ChannelMode } from '../../../shared/config.ts'
import type { Reason } from './question.ts'
import { notAsked } from './questions/index.ts'
import type { Finding, Probing } from './runner.ts'

/** One connection's part. */
interface ProbeReport {
  mode: ChannelMode
  requests: number
  answers: Record<string, string>
  unanswered: Record<string, Reason>
  left: { openTasks: number; comments: number; contact: boolean; chatContact: boolean }
}

/**
 * The report for the makers of the program. Each value is one of a fixed list or a small number: no name, text, address,
 * token or number of the account can be in it.
 */
export function probeReport(
  about: { version: string; at: number; platform: string; node: string },
  connections: readonly { mode: ChannelMode; probing: Probing }[],
): object {
  const { version, at, platform, node } = about
  return {
    report: 'probe',
    program: version,
    day: new Date(at).toISOString().slice(0, 10),
    system: `${platform}, Node.js ${node}`,
    connections: connections.map(({ mode, probing }) => reportOf(mode, probing)),
    notAsked: notAsked.map(({ id }) => id),
  }
}

function reportOf(mode: ChannelMode, { findings, left, requests }: Probing): ProbeReport {
  const known = findings.filter(isKnown)
  return {
    mode,
    requests,
    answers: Object.fromEntries(known.map(({ question, position }) => [question.id, position])),
    unanswered: Object.fromEntries(
      findings.flatMap(({ question, position, reason }) =>
        position === null && reason ? [[question.id, plain(reason)]] : [],
      ),
    ),
    left: {
      openTasks: left.tasks.filter(({ isOpen }) => isOpen).length,
      comments: left.tasks.reduce((sum, { comments }) => sum + comments, 0),
      contact: left.card !== null,
      chatContact: left.chatCard,
    },
  }
}

const isKnown = (finding: Finding): finding is Finding & { position: string } =>
  finding.position !== null && Object.hasOwn(finding.question.positions, finding.position)

/** Numbers come from the account: only those that a status or a code can be are kept. */
function plain({ why, status, vendorCode, scope }: Reason): Reason {
  return {
    why,
    ...(isCode(status) && { status }),
    ...(isCode(vendorCode) && { vendorCode }),
    ...(scope !== undefined && { scope }),
  }
}
const isCode = (value: number | undefined): value is number =>
  value !== undefined && Number.isInteger(value) && value >= 0 && value <= 9999
