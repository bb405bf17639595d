import type { ContactWritten, Conversation, JoinReason } from '../../../shared/domain.ts'
import { ok } from '../../../shared/errors.ts'
import { plainField } from '../../../shared/plain.ts'
import { clientSourceId } from '../identity.ts'
import { nameOf } from '../intake/chat-state.ts'
import { joinWith } from '../intake/same-address.ts'
import { type Change, isRestore } from '../ports.ts'
import type { Step } from './planfix-plan.ts'
import { type Call, type Loaded, type Outcome, type PlanfixWork, patchOf } from './planfix-work.ts'
import { contactMadeBefore } from './taken-over.ts'

const NOTHING_WRITTEN: ContactWritten = { name: null, email: null, phone: null }

/** A card that exists: what stands on it counts as a person's, and it may have a task of ours that the store does not know. */
function withCard(work: PlanfixWork, contactId: number, email: string, state: Loaded): Change[] {
  const patch: Partial<Conversation> = {
    ...{ contactId, emailSearched: email, contactWritten: NOTHING_WRITTEN, searchTask: true },
  }
  const { clientId } = state.client
  return [patchOf(state, patch), work.chore(state, 'introduce', `contact:${clientId}`, { clientId })]
}

/** Steps that need no call: another conversation of the same address has told what to do. */
export const sharedCard = (
  work: PlanfixWork,
  { contactId, email }: Extract<Step, { do: 'use-card' }>,
  state: Loaded,
): Change[] => withCard(work, contactId, email, state)
export const ownCard = ({ email }: Extract<Step, { do: 'own-card' }>, state: Loaded): Change[] => [
  patchOf(state, { emailSearched: email, emailRefused: true }),
]

export async function runFindContact(work: PlanfixWork, email: string, state: Loaded): Promise<Outcome> {
  const { store, clock } = work.context
  const { conversation, settings, client } = state
  const found = await state.connection.planfix.contactsByEmail(email)
  const contact = found.ok ? found.value.find((one) => !one.isDeleted) : undefined
  let step: 'search' | 'card' | 'apart' = contact ? 'card' : 'search'
  if (contact) {
    const users = (await store.clientsByEmail(settings.id, email, MOST_USERS)).map((one) => one.clientId)
    const devices = new Set([client.clientId, ...users])
    for (const owner of await store.conversationsByContact(settings.id, contact.id)) {
      if (owner.id === conversation.id) continue
      const args = [store, settings, client.profile, conversation, owner, devices.size, clock.now()] as const
      const decision = await joinWith(...args)
      if (decision.join === 'thread') return joining(work, owner, decision.why, email, state)
      step = decision.join
    }
  }
  const settle = async (): Promise<Change[]> => {
    if (contact && step === 'card') return withCard(work, contact.id, email, state)
    return [patchOf(state, { emailSearched: email, ...(step === 'apart' && { emailRefused: true }) })]
  }
  return work.settled(state, found, settle, async () => null, true)
}

const MOST_USERS = 50

/** The card is known as that of another conversation, which is the same person's. */
async function joining(
  work: PlanfixWork,
  owner: Conversation,
  why: JoinReason,
  email: string,
  state: Loaded,
): Promise<Outcome> {
  const outcome = await work.settled(
    state,
    ok(null),
    async () => [],
    async () => null,
    true,
  )
  const changes = [patchOf(state, { emailSearched: email })]
  const ids = { one: state.conversation.id, other: owner.id }
  return Object.assign(outcome, { join: { ...ids, why, clientId: state.client.clientId, changes } })
}

export function createContact(work: PlanfixWork, state: Loaded): Call {
  const { profile, clientId } = state.client
  const fields = {
    // As Planfix will hand it back, so that it is recognised as ours later.
    name: plainField(nameOf(profile), 'Client'),
    ...(profile.email !== null && !state.conversation.emailRefused && { email: profile.email }),
    ...(profile.phone !== null && { phone: profile.phone }),
  }
  const sourceObjectId = clientSourceId(state.settings.id, clientId)
  const attempt = work.attempt('contact', sourceObjectId, [], profile.email ?? '', null, fields.name)
  return {
    changes: [patchOf(state, { attempt })],
    run: async () => {
      const before = await contactMadeBefore(work.context, state, fields.name)
      if (!before.ok) {
        const outcome = await work.settled(state, before, async () => [])
        return async (fresh) => [...(await outcome(fresh)), patchOf(state, { attempt: null })]
      }
      if (before.value) {
        const { id, name, email } = before.value
        const contactWritten = { name, email, phone: null }
        // After a restore the task is looked for as one of ours (tasksMadeBefore).
        const searchTask = !isRestore(work.context.takeover?.())
        return work.settled(state, before, async () => [
          patchOf(state, { attempt: null, contactId: id, contactWritten, searchTask }),
        ])
      }
      if (work.context.takeover?.())
        await state.connection.planfix.pacer.turn(0, String(state.conversation.id))
      const made = await state.connection.planfix.createContact(fields, sourceObjectId)
      return work.settled(
        state,
        made,
        async ({ id }) => [
          patchOf(state, {
            attempt: null,
            contactId: id,
            contactWritten: { name: fields.name, email: fields.email ?? null, phone: fields.phone ?? null },
          }),
        ],
        async (error) => {
          // The e-mail stands on another card that the exact search did not show (contracts/planfix.md section 8).
          if (!fields.email || error.code !== 'refused') return null
          return [patchOf(state, { attempt: null, emailRefused: true })]
        },
      )
    },
  }
}
