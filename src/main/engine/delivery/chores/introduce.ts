import type { ContactWritten } from '../../../../shared/domain.ts'
import { plainField } from '../../../../shared/plain.ts'
import { clientSourceId } from '../../identity.ts'
import { mergeConversations } from '../../merge.ts'
import type { ContactFields, PlanfixContact } from '../../ports.ts'
import type { ChoreOutcome, ChoreState } from './chore.ts'

/**
 * F12: the contact card gets name, e-mail and phone after the client introduced himself. A field is written only
 * where the card is empty or still holds what the bridge wrote; what a person typed is left alone.
 */
export async function introduce(state: ChoreState): Promise<ChoreOutcome> {
  const { context, connection, conversation, chore, now } = state
  const { planfix } = connection
  const link = await context.store.client(connection.settings.id, String(chore.data.clientId))
  if (!link) return { done: [] }
  if (conversation.mergedInto !== null) return { done: [] }
  if (conversation.contactId === null) return { later: now + 2000 }
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
  if (email !== null && lower(card.value.email) !== email) {
    await state.turn()
    const others = await planfix.contactsByEmail(email)
    if (!others.ok) return { error: others.error }
    const other = others.value.find((one) => one.id !== conversation.contactId && !one.isDeleted)
    const owner = other ? await context.store.conversationByContact(connection.settings.id, other.id) : null
    if (owner && owner.id !== conversation.id && owner.mergedInto === null) {
      return {
        done: await mergeConversations(context, conversation, owner),
        wake: { conversationId: owner.id, lane: 'planfix' },
      }
    }
  }
  const fields = fieldsToWrite(card.value, written, {
    name,
    email: conversation.emailRefused ? null : email,
    phone,
  })
  if (Object.keys(fields).length === 0) return { done: [] }
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
    return { later: now }
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
    ],
  }
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
  const emails = [card.email, ...card.otherEmails].map(lower)
  if (given.email && !emails.includes(given.email) && untouched(lower(card.email), lower(written.email)))
    fields.email = given.email
  const phones = card.phones.map(digits)
  const ours = written.phone ? digits(written.phone) : null
  const onlyOurs = phones.length === 0 || (phones.length === 1 && phones[0] === ours)
  if (given.phone && !phones.includes(digits(given.phone)) && onlyOurs) fields.phone = given.phone
  return fields
}

const lower = (text: string | null) => text?.toLowerCase() ?? null
const digits = (text: string) => text.replace(/\D/g, '')
const same = (a: ContactWritten, b: ContactWritten) =>
  a.name === b.name && a.email === b.email && a.phone === b.phone
