import type { ClientLink } from '../../../../shared/domain.ts'
import { ok, type Result } from '../../../../shared/errors.ts'
import { clientSourceId } from '../../identity.ts'
import { joinWith } from '../../intake/chat/same-address.ts'
import type { JoinWish } from '../../people/merge.ts'
import type { Change, ContactFields, PlanfixContact } from '../../ports.ts'
import { addJob } from '../patches.ts'
import {
  type Given,
  givenBy,
  holdsEmail,
  isInField,
  isMailAddress,
  notOn,
  PARTICULARS,
  type Particular,
  planCard,
  written,
  writtenOn,
} from '../planfix/introduction.ts'
import { type JobOutcome, type JobState, SLOW_LOOK_MS } from './job.ts'

/**
 * F12: the contact card gets name, e-mail and phone after the client introduced themselves. A field is
 * written only where the card is empty or still holds the bridge's value; a person's values are not changed.
 * Values that are not accepted on the card are written into the task, once.
 */
export async function introduce(state: JobState<'introduce'>): Promise<JobOutcome> {
  const { context, connection, conversation, job, now } = state
  const { planfix } = connection
  const { contactId } = conversation
  const link = await context.store.client(connection.settings.id, job.data.clientId)
  if (!link) return { done: [] }
  if (contactId === null) return { waits: now + SLOW_LOOK_MS }
  const ours = writtenOn(conversation)
  const given = givenBy(link.profile)
  const isKnown = PARTICULARS.every((one) => given[one] === null || given[one] === ours[one])
  if (isKnown && job.data.look !== true) return { done: [] }

  await state.slot()
  const card = await planfix.contact(contactId)
  if (!card.ok) return card.error.code === 'object-gone' ? { done: [] } : { error: card.error }
  const { email } = given
  const isSearched = conversation.emailSearched === email
  let other: number | null = null
  if (email !== null && !holdsEmail(card.value, email) && !isSearched) {
    const found = await holderOf(state, email, 'people')
    if (!found.ok) return { error: found.error }
    other = found.value
    const joins = other === null ? null : await joinsOwnerOf(state, other, link)
    if (joins) return { join: joins }
  }
  const isTaken = other !== null || (isSearched && conversation.emailRefused)
  const { fields, missing } = planCard(card.value, ours, given, isTaken)
  const sourceObjectId = clientSourceId(connection.settings.id, link.clientId)
  const taken = await write(state, card.value, fields, sourceObjectId)
  if (!taken.ok) return taken.error.code === 'object-gone' ? { done: [] } : { error: taken.error }

  const refused = PARTICULARS.filter((one) => fields[one] !== undefined && !taken.value.has(one))
  const reported = conversation.contactTold ?? {}
  const toReport = [...missing, ...refused].filter((one) => reported[one] !== given[one])
  if (email !== null && toReport.includes('email') && other === null) {
    for (const kind of isSearched ? (['people', 'companies'] as const) : (['companies'] as const)) {
      const found = await holderOf(state, email, kind)
      if (!found.ok) return { error: found.error }
      other ??= found.value
    }
  }
  const onCard = Object.fromEntries([...taken.value].map((one) => [one, fields[one] ?? null]))
  const isMailed =
    card.value.mailed !== null || (taken.value.has('email') && isMailAddress(connection.settings))
  const patch = {
    mailedCard: isMailed ? contactId : 0,
    contactWritten: written(contactId, { ...ours, ...onCard }),
    contactTold: { ...reported, ...Object.fromEntries(toReport.map((one) => [one, given[one]])) },
    ...(refused.includes('email') && { emailRefused: true, emailSearched: email }),
  }
  return {
    done: [
      { type: 'conversation.patch', id: conversation.id, patch },
      ...notes(state, toReport, given, other),
    ],
  }
}

/**
 * Writes the fields; when Planfix refuses them together, one by one. Returns those that are on the card
 * afterwards; certain refusals are not failures.
 */
async function write(
  state: JobState,
  before: PlanfixContact,
  fields: ContactFields,
  sourceObjectId: string,
): Promise<Result<ReadonlySet<Particular>>> {
  const { planfix } = state.connection
  const names = PARTICULARS.filter((one) => fields[one] !== undefined)
  if (names.length === 0) return ok(new Set())
  await state.slot()
  const changed = await planfix.updateContact(before.id, fields, sourceObjectId, before)
  const mayBeLost = fields.email !== undefined && isInField(state.connection.settings)
  if (changed.ok && changed.value.failures.length === 0 && !mayBeLost) return ok(new Set(names))
  if (changed.ok) {
    // Planfix's names of fields vary, and it does not report a field that the template lacks: the card is
    // read to verify.
    await state.slot()
    const card = await planfix.contact(before.id)
    if (!card.ok) return card
    const asked: Given = { name: null, email: null, phone: null, ...fields }
    const lacking = new Set(notOn(card.value, asked))
    return ok(new Set(names.filter((one) => !lacking.has(one))))
  }
  if (changed.error.code !== 'refused') return changed
  const taken = new Set<Particular>()
  if (names.length === 1) return ok(taken)
  for (const one of names) {
    const alone = await write(state, before, { [one]: fields[one] }, sourceObjectId)
    if (!alone.ok) return alone
    if (alone.value.has(one)) taken.add(one)
  }
  return ok(taken)
}

/** Number of another card that has the address. */
async function holderOf(
  state: JobState,
  email: string,
  among: 'people' | 'companies',
): Promise<Result<number | null>> {
  await state.slot()
  const found = await state.connection.planfix.contactsByEmail(email, among)
  if (!found.ok) return found
  const own = state.conversation.contactId
  return ok(found.value.find((one) => one.id !== own && !one.isDeleted)?.id ?? null)
}

/** The card with the address belongs to another conversation of the same person (F13). */
async function joinsOwnerOf(
  { context, connection, conversation, now }: JobState,
  contactId: number,
  link: ClientLink,
): Promise<JoinWish | null> {
  const { store } = context
  const { settings } = connection
  const users = await store.clientsByEmail(settings.id, link.profile.email ?? '', 50)
  const devices = new Set([link.clientId, ...users.map(({ clientId }) => clientId)])
  for (const owner of await store.conversationsByContact(settings.id, contactId)) {
    if (owner.id === conversation.id) continue
    const decision = await joinWith(store, settings, link.profile, conversation, owner, devices.size, now)
    if (decision.join !== 'thread') continue
    const { clientId } = link
    return { one: conversation.id, other: owner.id, why: decision.why, clientId, changes: [] }
  }
  return null
}

/**
 * Values that are missing from the card are written into the task, with a link to the card that has the
 * e-mail.
 */
function notes(
  state: JobState,
  toReport: readonly Particular[],
  given: Given,
  other: number | null,
): Change[] {
  const isElsewhere = (one: Particular) => one === 'email' && other !== null
  const rest = toReport.filter((one) => !isElsewhere(one))
  return [
    ...toReport.filter(isElsewhere).map((one) => note(state, given[one] ?? '', other)),
    ...(rest.length > 0 ? [note(state, rest.map((one) => given[one]).join(', '), null)] : []),
  ]
}

function note(state: JobState, value: string, otherContact: number | null): Change {
  const { context, job, now } = state
  return addJob({
    id: context.store.newId(),
    connectionId: job.connectionId,
    conversationId: job.conversationId,
    kind: 'note',
    key: `introduction:${value}`,
    notBefore: now,
    data: { what: 'introduction', value, ...(otherContact !== null && { otherContact }) },
  })
}
