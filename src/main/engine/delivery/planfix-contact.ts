import type { Conversation } from '../../../shared/domain.ts'
import { plainField } from '../../../shared/plain.ts'
import { clientSourceId } from '../identity.ts'
import { nameOf } from '../intake/chat-state.ts'
import { mergeConversations } from '../merge.ts'
import { type Change, isRestore, type PlanfixContact } from '../ports.ts'
import { type Call, type Loaded, type Outcome, type PlanfixWork, patchOf } from './planfix-work.ts'
import { contactMadeBefore } from './taken-over.ts'

export async function runFindContact(work: PlanfixWork, email: string, state: Loaded): Promise<Outcome> {
  const { id: connectionId } = state.settings
  const found = await state.connection.planfix.contactsByEmail(email)
  const settle = async (contacts: PlanfixContact[]): Promise<Change[]> => {
    const contact = contacts.find((one) => !one.isDeleted)
    const patch: Partial<Conversation> = { emailSearched: email }
    if (!contact) return [patchOf(state, patch)]
    const owner = await work.context.store.conversationByContact(connectionId, contact.id)
    if (owner && owner.id !== state.conversation.id && owner.mergedInto === null) {
      return [patchOf(state, patch), ...(await mergeConversations(work.context, state.conversation, owner))]
    }
    const written = { name: null, email, phone: null }
    return [
      patchOf(state, { ...patch, contactId: contact.id, contactWritten: written, searchTask: true }),
      work.chore(state, 'introduce', 'contact', { clientId: state.client.clientId }),
    ]
  }
  return work.settled(state, found, settle, async () => null, true)
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
        // After a restore the task is looked for as one of ours (taskMadeBefore).
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
