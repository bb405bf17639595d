import type { ClientLink, ContactWritten } from '../../../../shared/domain.ts'
import { plainField } from '../../../../shared/plain.ts'
import { clientSourceId } from '../../identity.ts'
import { joinWith } from '../../intake/same-address.ts'
import type { JoinWish } from '../../merge.ts'
import type { Change, ContactFields, PlanfixContact } from '../../ports.ts'
import { type ChoreOutcome, type ChoreState, SLOW_LOOK_MS } from './chore.ts'

/**
 * F12: the contact card gets name, e-mail and phone after the client introduced himself. A field is written only
 * where the card is empty or still holds what the bridge wrote; what a person typed is left alone.
 */
export async function introduce(state: ChoreState): Promise<ChoreOutcome> {
  const { context, connection, conversation, chore, now } = state
  const { planfix } = connection
  const link = await context.store.client(connection.settings.id, String(chore.data.clientId))
  if (!link) return { done: [] }
  if (conversation.contactId === null) return { waits: now + SLOW_LOOK_MS }
  const written: ContactWritten = conversation.contactWritten ?? { name: null, email: null, phone: null }
  const { email, phone } = link.profile
  const name = link.profile.name === null ? null : plainField(link.profile.name, '') || null
  if (
    same(written, {
      name: name ?? written.name,
      email: email ?? written.email,
      phone: phone ?? written.phone,
    })
  )
    return { done: [] }

  await state.turn()
  const card = await planfix.contact(conversation.contactId)
  if (!card.ok) return card.error.code === 'object-gone' ? { done: [] } : { error: card.error }
  let other: number | null = null
  const hasEmail = email !== null && emailsOf(card.value).includes(email)
  if (email !== null && !hasEmail && conversation.emailSearched !== email) {
    await state.turn()
    const others = await planfix.contactsByEmail(email)
    if (!others.ok) return { error: others.error }
    other = others.value.find((one) => one.id !== conversation.contactId && !one.isDeleted)?.id ?? null
    const joins = other === null ? null : await joinsOwnerOf(state, other, link)
    if (joins) return { join: joins }
  }
  const fields = fieldsToWrite(card.value, written, {
    name,
    // It stands on another card already: Planfix would refuse it with everything else.
    email: conversation.emailRefused || other !== null ? null : email,
    phone,
  })
  const isLeftOut = email !== null && !hasEmail && fields.email === undefined
  const told = isLeftOut ? notTaken(state, email, other) : []
  if (Object.keys(fields).length === 0) return { done: told }
  await state.turn()
  const changed = await planfix.updateContact(
    conversation.contactId,
    fields,
    clientSourceId(connection.settings.id, link.clientId),
  )
  if (!changed.ok) {
    if (changed.error.retry.when !== 'never' || !fields.email) return { error: changed.error }
    // The e-mail belongs to another card: write the rest.
    await context.store.commit([
      { type: 'conversation.patch', id: conversation.id, patch: { emailRefused: true } },
    ])
    return { waits: now }
  }
  const refused = new Set(changed.value.failures)
  const now2: ContactWritten = {
    name: fields.name && !refused.has('name') ? fields.name : written.name,
    email: fields.email && !refused.has('email') ? fields.email : written.email,
    phone: fields.phone && !refused.has('phones') ? fields.phone : written.phone,
  }
  return {
    done: [
      {
        type: 'conversation.patch',
        id: conversation.id,
        patch: { contactWritten: now2, ...(refused.has('email') && { emailRefused: true }) },
      },
      ...told,
      ...(fields.email && refused.has('email') ? notTaken(state, fields.email, other) : []),
    ],
  }
}

/** The card with the address is that of another conversation, which is the same person's (F13). */
async function joinsOwnerOf(
  { context, connection, conversation, now }: ChoreState,
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

/** What does not come onto the card is readable in the task all the same, with a link to the card that has it. */
function notTaken(state: ChoreState, value: string, otherContact: number | null): Change[] {
  const { context, chore, now } = state
  return [
    {
      type: 'chore.add',
      chore: {
        ...chore,
        ...{ id: context.store.newId(), kind: 'note', key: `introduction:${value}`, notBefore: now },
        data: { what: 'introduction', value, ...(otherContact !== null && { otherContact }) },
        ...{ failures: 0, attempt: null },
      },
    },
  ]
}

/** What may be written: empty fields, and fields that still hold what the bridge wrote. */
export function fieldsToWrite(
  card: Pick<PlanfixContact, 'name' | 'email' | 'phones' | 'otherEmails'>,
  written: ContactWritten,
  given: { name: string | null; email: string | null; phone: string | null },
): ContactFields {
  const fields: ContactFields = {}
  const untouched = (current: string | null, ours: string | null) => !current || current === ours
  if (given.name && given.name !== card.name && untouched(card.name, written.name)) fields.name = given.name
  const emails = emailsOf(card)
  if (given.email && !emails.includes(given.email) && untouched(lower(card.email), lower(written.email)))
    fields.email = given.email
  const phones = card.phones.map(digits)
  const ours = written.phone ? digits(written.phone) : null
  const onlyOurs = phones.length === 0 || (phones.length === 1 && phones[0] === ours)
  if (given.phone && !phones.includes(digits(given.phone)) && onlyOurs) fields.phone = given.phone
  return fields
}

const emailsOf = ({ email, otherEmails }: Pick<PlanfixContact, 'email' | 'otherEmails'>) =>
  [email, ...otherEmails].map(lower)
const lower = (text: string | null) => text?.toLowerCase() ?? null
const digits = (text: string) => text.replace(/\D/g, '')
const same = (a: ContactWritten, b: ContactWritten) =>
  a.name === b.name && a.email === b.email && a.phone === b.phone
