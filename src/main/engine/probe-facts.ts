import { assignerIs } from './delivery/patches.ts'
import { IDS_HANDED_BACK, NUMBERS_ARE_COMMENTS, TOKEN_USER } from './intake/comment/comment.ts'
import type { Change } from './ports.ts'
import { PROBED, type Probed, SEES_COMMENT_IDS, SEES_TASK_IDS } from './probed.ts'

/**
 * Everything that a probe makes known about a connection: its record, and the facts that the engine otherwise learns by and
 * by. `found`: the positions of this probe alone; a question without an answer changes no fact.
 */
export function factsOfProbe(
  connectionId: string,
  probed: Probed,
  found: Readonly<Record<string, string>>,
  tokenUserId: number | null,
): Change[] {
  const fact = (key: string, value: unknown): Change => ({ type: 'fact.set', connectionId, key, value })
  const known = (id: string, teach: (position: string) => Change[]): Change[] =>
    found[id] === undefined ? [] : teach(found[id])
  return [
    fact(PROBED, probed),
    ...known('comment-list-source', (position) => [
      fact(SEES_COMMENT_IDS, position === 'filled'),
      fact(IDS_HANDED_BACK, position === 'filled'),
    ]),
    ...known('task-list-source', (position) => [fact(SEES_TASK_IDS, position === 'filled')]),
    ...known('assigner-contact', (position) =>
      assignerIs(position === 'accepted' ? 'contact' : 'no', connectionId, probed.at),
    ),
    ...known('webchat-message-is-comment-id', (position) => [fact(NUMBERS_ARE_COMMENTS, position === 'yes')]),
    ...(tokenUserId === null ? [] : [fact(TOKEN_USER, tokenUserId)]),
  ]
}
