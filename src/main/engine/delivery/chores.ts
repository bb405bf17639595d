import type { Chore, Conversation } from '../../../shared/domain.ts'
import { type BridgeError, stopsSide } from '../../../shared/errors.ts'
import { type ConnectionContext, commit, type EngineContext } from '../context.ts'
import type { Lane, Priority } from '../ports.ts'
import { probeChatra } from './chatra-probe.ts'
import { assigner } from './chores/assigner.ts'
import type { RunChore } from './chores/chore.ts'
import { complete, leaveCheck } from './chores/complete.ts'
import { introduce } from './chores/introduce.ts'
import { note } from './chores/note.ts'
import { verify } from './chores/verify.ts'
import { visit } from './chores/visit.ts'
import { isStopped, type Permit } from './circuit-breaker.ts'
import type { SideGate } from './gate.ts'
import type { Next } from './lanes.ts'
import { LookAgain } from './look.ts'
import { isTrouble, nextTry } from './retry.ts'

const KINDS: Record<Chore['kind'], { priority: Priority; run: RunChore }> = {
  note: { priority: 2, run: note },
  assigner: { priority: 2, run: assigner },
  introduce: { priority: 2, run: introduce },
  complete: { priority: 2, run: complete },
  'leave-check': { priority: 2, run: leaveCheck },
  verify: { priority: 2, run: verify },
  visit: { priority: 3, run: visit },
}
const ORDER = Object.keys(KINDS) as Chore['kind'][]

/** A chore that fails this often is given up, and said. A day and more of waiting. */
const GIVE_UP_AFTER = 300

/** Task upkeep and visit actions of one conversation: beside the messages, never in their way. */
export class Chores {
  private readonly context: EngineContext
  private readonly look: LookAgain
  private readonly wake: (conversationId: number, lane: Lane) => void

  constructor(context: EngineContext, wake: (conversationId: number, lane: Lane) => void) {
    this.context = context
    this.look = new LookAgain(context)
    this.wake = wake
  }

  async step(conversationId: number): Promise<Next> {
    const { store, connections, clock } = this.context
    const conversation = await store.conversation(conversationId)
    const connection = conversation && connections.get(conversation.connectionId)
    if (!conversation || !connection) return { next: 'idle' }
    const chores = await store.chores(conversationId)
    if (chores.length === 0) return { next: 'idle' }
    const now = clock.now()
    const due = chores
      .filter((chore) => chore.notBefore <= now)
      .toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.id - b.id)[0]
    if (!due) return { next: 'wait', until: Math.min(...chores.map((chore) => chore.notBefore)) }
    const gate = due.kind === 'leave-check' ? connection.chatraGate : connection.planfixGate
    const permit = gate.enter()
    if (isStopped(permit)) return { next: 'closed', opened: permit.opened }
    try {
      if (gate === connection.chatraGate && permit.probe) {
        await probeChatra(connection, String(due.data.clientId), permit)
        return { next: 'again' }
      }
      await this.perform(due, conversation, connection, gate, permit)
    } finally {
      gate.leave(permit)
    }
    return { next: 'again' }
  }

  private async perform(
    chore: Chore,
    conversation: Conversation,
    connection: ConnectionContext,
    gate: SideGate,
    permit: Permit,
  ): Promise<void> {
    const { priority, run } = KINDS[chore.kind]
    const { clock, store } = this.context
    const outcome = await run({
      context: this.context,
      connection,
      conversation,
      chore,
      look: this.look,
      now: clock.now(),
      turn: () => connection.planfix.pacer.turn(priority, `chores:${conversation.id}`),
      begin: (attempt) => store.commit([{ type: 'chore.patch', id: chore.id, patch: { attempt } }]),
    })
    if ('error' in outcome) return this.failed(chore, outcome.error, connection, gate, permit)
    if ('later' in outcome) {
      gate.leave(permit)
      const patch = { notBefore: outcome.later, ...(outcome.data && { data: outcome.data }) }
      return store.commit([{ type: 'chore.patch', id: chore.id, patch }])
    }
    gate.succeeded(permit)
    gate.hasAgain(chore.kind)
    await commit(this.context, [{ type: 'chore.drop', id: chore.id }, ...outcome.done])
    if (outcome.wake) this.wake(outcome.wake.conversationId, outcome.wake.lane)
  }

  private async failed(
    chore: Chore,
    error: BridgeError,
    connection: ConnectionContext,
    entered: SideGate,
    permit: Permit,
  ): Promise<void> {
    const { clock, random } = this.context
    const now = clock.now()
    const gate = error.side === 'planfix' ? connection.planfixGate : connection.chatraGate
    let wholeSide = stopsSide(error)
    // A failure of the other side was met without that side's permit: the next call to it will tell.
    if (gate === entered) {
      if (wholeSide) gate.failed(error, permit)
      else if (isTrouble(error)) wholeSide = gate.troubled(error, permit)
    }
    entered.leave(permit)
    if (error.code === 'missing-scope') gate.lacks(chore.kind, error)
    // While a whole side is stopped, its breaker decides when to try again; that is no failure of this chore.
    const failures = wholeSide ? chore.failures : chore.failures + 1
    if (error.retry.when === 'never' || (failures > GIVE_UP_AFTER && error.code !== 'missing-scope')) {
      await commit(this.context, [
        { type: 'chore.drop', id: chore.id },
        {
          type: 'event.add',
          event: {
            time: now,
            connectionId: chore.connectionId,
            level: 'warning',
            key: 'event.chore-failed',
            params: {
              chore: chore.kind,
              code: error.code,
              detail: error.detail,
              conversation: chore.conversationId,
            },
          },
        },
      ])
      return
    }
    const unclear = chore.attempt !== null && !error.certain
    const attempt =
      unclear && chore.attempt
        ? { ...chore.attempt, unclearAt: now, timedOut: error.detail.startsWith('time-out') }
        : null
    const wait = wholeSide ? now : nextTry(error, failures, now, random)
    await commit(this.context, [
      {
        type: 'chore.patch',
        id: chore.id,
        patch: { failures, notBefore: wait, ...(unclear && { attempt }) },
      },
    ])
  }
}
