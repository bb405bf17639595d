import type { Conversation, JoinReason, PendingWrite } from '../../../../shared/domain.ts'
import { ok } from '../../../../shared/errors.ts'
import { plainField } from '../../../../shared/plain.ts'
import { clientSourceId } from '../../identity.ts'
import { joinWith } from '../../intake/chat/same-address.ts'
import { nameOf } from '../../naming.ts'
import { type Change, type ContactFields, isRestore } from '../../ports.ts'
import { contactMadeBefore } from '../failover.ts'
import {
  type Given,
  givenBy,
  isInField,
  isMailAddress,
  notOn,
  PARTICULARS,
  writable,
  written,
} from './introduction.ts'
import type { Step } from './planfix-plan.ts'
import {
  type ApiCall,
  type ConversationState,
  type PlanfixStepRunner,
  patchOf,
  type StepResult,
} from './planfix-step-runner.ts'

/** A card that exists: what stands on it counts as a person's, and it may have a task of ours that the store does not know. */
function withCard(
  work: PlanfixStepRunner,
  contactId: number,
  email: string,
  state: ConversationState,
): Change[] {
  const patch: Partial<Conversation> = {
    ...{ contactId, emailSearched: email, emailRefused: false, searchTask: true },
    contactWritten: written(contactId, {}),
    // The task that is made now is named so.
    contactTold: { name: givenBy(state.client.profile).name },
  }
  return [patchOf(state, patch), introduction(work, state)]
}

/** `look`: even where everything seems to be written. */
const introduction = (work: PlanfixStepRunner, state: ConversationState, look = false): Change => {
  const { clientId } = state.client
  return work.job(state, 'introduce', `contact:${clientId}`, { clientId, ...(look && { look }) })
}

/** Steps that need no call: another conversation of the same address has told what to do. */
export const sharedCard = (
  work: PlanfixStepRunner,
  { contactId, email }: Extract<Step, { do: 'use-card' }>,
  state: ConversationState,
): Change[] => withCard(work, contactId, email, state)
export const ownCard = ({ email }: Extract<Step, { do: 'own-card' }>, state: ConversationState): Change[] => [
  patchOf(state, { emailSearched: email, emailRefused: true }),
]

export async function runFindContact(
  work: PlanfixStepRunner,
  email: string,
  state: ConversationState,
): Promise<StepResult> {
  const { store, clock } = work.context
  const { conversation, settings, client } = state
  await state.turn()
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
    return [patchOf(state, { emailSearched: email, emailRefused: step === 'apart' })]
  }
  return work.applyResult(state, found, settle, async () => null, true)
}

const MOST_USERS = 50

/** The card is known as that of another conversation, which is the same person's. */
async function joining(
  work: PlanfixStepRunner,
  owner: Conversation,
  why: JoinReason,
  email: string,
  state: ConversationState,
): Promise<StepResult> {
  const outcome = await work.applyResult(
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

/** The card's own name; what Planfix may refuse beside it is left out of a bare one. */
function cardFields({ client, conversation }: ConversationState): ContactFields & { name: string } {
  // As Planfix will hand it back, so that it is recognised as ours later.
  const name = plainField(nameOf(client.profile), 'Client')
  if (conversation.bareCard === true) return { name }
  const { email, phone } = writable(givenBy(client.profile))
  const isRefused = conversation.emailRefused && conversation.emailSearched === email
  return { name, ...(email !== undefined && !isRefused && { email }), ...(phone !== undefined && { phone }) }
}

export function createContact(work: PlanfixStepRunner, state: ConversationState): ApiCall {
  const { profile, clientId } = state.client
  const fields = cardFields(state)
  const sourceObjectId = clientSourceId(state.settings.id, clientId)
  const attempt = {
    ...work.attempt('contact', sourceObjectId, [], fields.email ?? '', null, fields.name),
    ...(fields.phone !== undefined && { phone: fields.phone }),
  }
  return {
    changes: [patchOf(state, { attempt })],
    run: async () => {
      const before = await contactMadeBefore(work.context, state, fields.name)
      if (!before.ok) {
        const outcome = await work.applyResult(state, before, async () => [])
        return async (fresh) => [...(await outcome(fresh)), patchOf(state, { attempt: null })]
      }
      if (before.value) {
        const card = before.value
        // What else stands there a person may have typed since; a name that the client has, or had, the bridge wrote.
        const isOurName = [nameOf(profile), ...(profile.former?.names ?? [])]
          .map((name) => plainField(name, 'Client'))
          .includes(card.name)
        const contactWritten = written(card.id, { name: isOurName ? card.name : null })
        // After a restore the task is looked for as one of ours (tasksMadeBefore).
        const searchTask = !isRestore(work.context.takeover?.())
        const isWhole = notOn(card, givenBy(profile)).length === 0
        return work.applyResult(state, before, async () => [
          patchOf(state, { attempt: null, contactId: card.id, contactWritten, searchTask }),
          ...(isWhole ? [] : [introduction(work, state)]),
        ])
      }
      await state.turn()
      const made = await state.connection.planfix.createContact(fields, sourceObjectId)
      return work.applyResult(
        state,
        made,
        async ({ id, failures }) =>
          cardMade(work, id, failures.length > 0 ? { name: fields.name } : fields, state),
        async (error) => {
          // Whether they are to blame, only the same card without them can tell: then each is tried by itself.
          const isBare = fields.email === undefined && fields.phone === undefined
          if (isBare || error.code !== 'refused') return null
          return [patchOf(state, { attempt: null, bareCard: true })]
        },
      )
    },
  }
}

/** `sure`: what certainly stands on it. The rest of what the client gave follows, or is told in the task. */
function cardMade(
  work: PlanfixStepRunner,
  id: number,
  sure: ContactFields,
  state: ConversationState,
): Change[] {
  const given: Given = { ...givenBy(state.client.profile), name: null }
  const isWhole = PARTICULARS.every((one) => given[one] === null || given[one] === sure[one])
  const mayBeLost = sure.email !== undefined && isInField(state.settings)
  return [
    patchOf(state, {
      ...{ attempt: null, contactId: id, contactWritten: written(id, sure), bareCard: false },
      mailedCard: sure.email !== undefined && isMailAddress(state.settings) ? id : 0,
    }),
    ...(isWhole && !mayBeLost ? [] : [introduction(work, state, mayBeLost)]),
  ]
}

/** An unclear write turned out to have arrived. */
export const cardFound = (
  work: PlanfixStepRunner,
  id: number,
  attempt: PendingWrite,
  state: ConversationState,
): Change[] =>
  cardMade(
    work,
    id,
    {
      ...(attempt.name && { name: attempt.name }),
      ...(attempt.text && { email: attempt.text }),
      ...(attempt.phone && { phone: attempt.phone }),
    },
    state,
  )
