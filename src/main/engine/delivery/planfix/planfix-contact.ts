import type { Conversation, JoinReason, PendingWrite } from '../../../../shared/domain.ts'
import { ok } from '../../../../shared/errors.ts'
import { plainField } from '../../../../shared/plain.ts'
import { clientSourceId } from '../../identity.ts'
import { joinWith } from '../../intake/chat/same-address.ts'
import { nameOf } from '../../people/naming.ts'
import { type Change, type ContactFields, isRestore } from '../../ports.ts'
import { contactMadeBefore } from '../failover.ts'
import { reconcileRefused } from './adopt-task.ts'
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

/**
 * An existing card: its values count as a person's, and it may have a task of ours that is missing from the
 * store.
 */
function withCard(
  work: PlanfixStepRunner,
  contactId: number,
  email: string,
  state: ConversationState,
): Change[] {
  const patch: Partial<Conversation> = {
    contactId,
    emailSearched: email,
    emailRefused: false,
    searchTask: true,
    contactWritten: written(contactId, {}),
    // The next task gets this name.
    contactTold: { name: givenBy(state.client.profile).name },
  }
  return [patchOf(state, patch), introduction(work, state)]
}

/** `look`: even when everything seems to be written. */
const introduction = (work: PlanfixStepRunner, state: ConversationState, look = false): Change => {
  const { clientId } = state.client
  return work.job(state, 'introduce', `contact:${clientId}`, { clientId, ...(look && { look }) })
}

/** Steps without a call: another conversation with the same address decides them. */
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
  await state.slot()
  const found = await state.connection.planfix.contactsByEmail(email)
  const contact = found.ok ? found.value.find((one) => !one.isDeleted) : undefined
  let step: 'search' | 'card' | 'separate' = contact ? 'card' : 'search'
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
    return [patchOf(state, { emailSearched: email, emailRefused: step === 'separate' })]
  }
  return work.applyResult({ state, result: found, onSuccess: settle, isWrite: false })
}

const MOST_USERS = 50

/** The card belongs to another conversation of the same person. */
async function joining(
  work: PlanfixStepRunner,
  owner: Conversation,
  why: JoinReason,
  email: string,
  state: ConversationState,
): Promise<StepResult> {
  await work.applyResult({ state, result: ok(null), onSuccess: () => [], isWrite: false })
  const changes = [patchOf(state, { emailSearched: email })]
  const ids = { one: state.conversation.id, other: owner.id }
  return { kind: 'join', wish: { ...ids, why, clientId: state.client.clientId, changes } }
}

/** The card's own name; a bare card omits optional values that Planfix may refuse. */
function cardFields({ client, conversation }: ConversationState): ContactFields & { name: string } {
  // In the form in which Planfix returns it, so that it is recognised as ours later.
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
      if (!before.ok) return reconcileRefused(work, state, before)
      if (before.value) {
        const card = before.value
        // A person may have typed the other values since; a name that the client has, or had, was written by
        // the bridge.
        const isOurName = [nameOf(profile), ...(profile.former?.names ?? [])]
          .map((name) => plainField(name, 'Client'))
          .includes(card.name)
        const contactWritten = written(card.id, { name: isOurName ? card.name : null })
        // After a restore the task is searched for as one of ours (tasksMadeBefore).
        const searchTask = !isRestore(work.context.takeover?.())
        const isWhole = notOn(card, givenBy(profile)).length === 0
        const onSuccess = () => [
          patchOf(state, { attempt: null, contactId: card.id, contactWritten, searchTask }),
          ...(isWhole ? [] : [introduction(work, state)]),
        ]
        return work.applyResult({ state, result: before, onSuccess })
      }
      await state.slot()
      const made = await state.connection.planfix.createContact(fields, sourceObjectId)
      return work.applyResult({
        state,
        result: made,
        onSuccess: ({ id, failures }) =>
          cardMade(work, id, failures.length > 0 ? { name: fields.name } : fields, state),
        onRefused: (error) => {
          // Only the same card without its particulars shows whether they are to blame: then each is tried alone.
          const isBare = fields.email === undefined && fields.phone === undefined
          if (isBare || error.code !== 'refused') return null
          return [patchOf(state, { attempt: null, bareCard: true })]
        },
      })
    },
  }
}

/**
 * `sure`: the values that are certainly on it. The client's other values follow, or are written into the
 * task.
 */
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
      attempt: null,
      contactId: id,
      contactWritten: written(id, sure),
      bareCard: false,
      mailedCard: sure.email !== undefined && isMailAddress(state.settings) ? id : 0,
    }),
    ...(isWhole && !mayBeLost ? [] : [introduction(work, state, mayBeLost)]),
  ]
}

/** An indeterminate write turned out to have arrived. */
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
