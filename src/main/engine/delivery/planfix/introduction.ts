import type { Connection } from '../../../../shared/config.ts'
import type { ClientProfile, ContactWritten, Conversation } from '../../../../shared/domain.ts'
import { isEmailAddress, plainField } from '../../../../shared/plain.ts'
import type { ContactFields, PlanfixContact } from '../../ports.ts'

/** What clients say about themselves, and how it is written on their card (F12). Pure. */

export type Particular = 'name' | 'email' | 'phone'
export type Given = Record<Particular, string | null>
export const PARTICULARS = ['name', 'email', 'phone'] as const satisfies readonly Particular[]

type Card = Pick<PlanfixContact, 'name' | 'email' | 'phones' | 'otherEmails'>

/** The client's values, in the form in which Planfix returns them. */
export const givenBy = ({ name, email, phone }: ClientProfile): Given => ({
  name: name === null ? null : plainField(name, '') || null,
  email,
  phone,
})

/** The bridge's own values on the client's current card: on any other card the bridge wrote nothing. */
export function writtenOn({ contactId, contactWritten }: Conversation): Given {
  return contactWritten?.card === contactId && contactId !== null ? contactWritten : NOTHING
}
const NOTHING: Given = { name: null, email: null, phone: null }

/** The values on a card that the bridge created or wrote to: only these may be replaced later. */
export const written = (card: number, values: Partial<Given>): ContactWritten => ({
  card,
  ...NOTHING,
  ...values,
})

/** Values that Planfix accepts. */
export function writable({ name, email, phone }: Given): ContactFields {
  return {
    ...(name !== null && { name }),
    ...(email !== null && isEmailAddress(email) && { email }),
    ...(phone !== null && /\d/.test(phone) && { phone }),
  }
}

/** The fields to write to a card, and the values that are nowhere on it. */
export interface CardPlan {
  fields: ContactFields
  /**
   * In no field to write, and not on the card: a person typed another value, or Planfix does not accept it.
   */
  missing: Particular[]
}

/**
 * Only empty fields, and those that still hold the bridge's value (`ours`), are written. `isTaken`: the
 * e-mail is on another card, and Planfix would refuse it together with all other fields.
 */
export function planCard(card: Card, ours: Given, given: Given, isTaken: boolean): CardPlan {
  const fields = fieldsToWrite(card, ours, { ...given, email: isTaken ? null : given.email })
  const lacking = notOn(card, given)
  return { fields, missing: lacking.filter((one) => fields[one] === undefined) }
}

/** The fields that may be written: empty fields, and fields that still hold the bridge's value. */
export function fieldsToWrite(card: Card, ours: Given, given: Given): ContactFields {
  const can = writable(given)
  const fields: ContactFields = {}
  const untouched = (current: string | null, own: string | null) => !current || current === own
  if (can.name && can.name !== card.name && untouched(card.name, ours.name)) fields.name = can.name
  if (
    can.email &&
    !emailsOf(card).includes(lower(can.email)) &&
    untouched(lower(card.email), lower(ours.email))
  )
    fields.email = can.email
  const phones = card.phones.map(digits)
  const own = ours.phone ? digits(ours.phone) : null
  const onlyOurs = phones.length === 0 || (phones.length === 1 && phones[0] === own)
  if (can.phone && !phones.includes(digits(can.phone)) && onlyOurs) fields.phone = can.phone
  return fields
}

/** The given values that a reader does not find on the card. A name may be part of a longer one. */
export function notOn(card: Card, given: Given): Particular[] {
  const has = {
    name: (name: string) => ` ${lower(card.name)} `.includes(` ${lower(name)} `),
    email: (email: string) => emailsOf(card).includes(lower(email)),
    phone: (phone: string) =>
      card.phones.includes(phone) ||
      (digits(phone) !== '' && card.phones.map(digits).includes(digits(phone))),
  }
  return PARTICULARS.filter((one) => given[one] !== null && !has[one](given[one]))
}

/** Whether Planfix itself mails comments to the written address. */
export const isMailAddress = ({ options }: Pick<Connection, 'options'>): boolean =>
  options.clientEmail === 'card'

/**
 * A custom field that the card's template lacks is dropped, and Planfix does not say so (contracts/planfix.md
 * §5).
 */
export const isInField = ({ options }: Pick<Connection, 'options'>): boolean =>
  options.clientEmail === 'field'

export const holdsEmail = (card: Card, email: string): boolean => emailsOf(card).includes(lower(email))

const emailsOf = ({ email, otherEmails }: Pick<Card, 'email' | 'otherEmails'>) =>
  [email, ...otherEmails].map(lower)
const lower = <T extends string | null>(text: T): T => (text === null ? text : text.trim().toLowerCase()) as T
const digits = (text: string) => text.replace(/\D/g, '')
