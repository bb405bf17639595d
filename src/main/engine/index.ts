/**
 * The engine's public part besides ports.ts: pure decisions that an adapter needs as well. Only the runtime
 * imports further modules, as it builds the engine.
 */
export { isStopped } from './delivery/circuit-breaker.ts'
export { pauseEnds } from './delivery/loop-breaker.ts'
export { isTrouble } from './delivery/retry.ts'
export type { SideBreaker } from './delivery/side-breaker.ts'
export { withClient } from './event-client.ts'
export { connectionSourceId } from './identity.ts'
export { FOLLOW_EDITS_MS } from './intake/comment/comment.ts'
export { GONE, isOfBefore, isUnchanged } from './intake/comment/comment-fingerprint.ts'
export { goneComment } from './intake/comment/comment-input.ts'
export { RECEIVED_EVENTS, type ReceivedEvents } from './intake/received-events.ts'
export { KeyedMutex } from './keyed-mutex.ts'
export { askToSeparate } from './people/ask-to-separate.ts'
export { clientNameOf, nameOf } from './people/naming.ts'
export { rootOf } from './people/roots.ts'
export { factsOfProbe } from './probe-facts.ts'
export { type Probed, probedOf } from './probed.ts'
export { comparable, fingerprint, printOfText } from './text.ts'
