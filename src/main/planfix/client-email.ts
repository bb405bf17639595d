import type { RawContact } from './schemas.ts'
import type { Settings } from './settings.ts'

/**
 * Where on a card a client's e-mail is kept (shared/config.ts, `clientEmail`): what is asked for, read and written of it.
 * The card's own e-mail field is where Planfix mails comments to (contracts/planfix.md §7).
 */
export interface EmailPlace {
  /** Fields to ask for beside the common ones. */
  fields: string[]
  /** The address that is kept there. */
  read(raw: RawContact): string | null
  /** What a body says, given the card's description as it is. */
  body(email: string, description: string): Record<string, unknown>
  /** A filter of /contact/list for cards that keep it there; null = there is none, or it is the one of e-mails. */
  filter(email: string): Record<string, unknown> | null
}

export function emailPlace({ clientEmail, clientEmailField: id }: Settings): EmailPlace {
  if (clientEmail === 'description') return IN_DESCRIPTION
  return clientEmail === 'field' && id !== null ? inField(id) : ON_CARD
}

const ON_CARD: EmailPlace = {
  fields: [],
  read: (raw) => raw.email || null,
  body: (email) => ({ email }),
  filter: () => null,
}

const inField = (id: number): EmailPlace => ({
  fields: [String(id)],
  read: (raw) => {
    const held = (raw.customFieldData ?? []).find(({ field }) => field?.id === id)
    const value = held?.stringValue ?? held?.value
    return typeof value === 'string' ? value.trim() || null : null
  },
  body: (email) => ({ customFieldData: [{ field: { id }, value: email }] }),
  filter: (email) => ({ type: 4101, operator: 'equal', field: id, value: email }),
})

/** The same in all three languages. */
const LABEL = 'E-mail: '
const IN_DESCRIPTION: EmailPlace = {
  fields: ['description'],
  read: (raw) => emailIn(raw.description ?? ''),
  body: (email, description) => ({ description: withEmail(description, email) }),
  filter: () => null,
}

/** RFC 5321, section 4.5.3.1, and what stands around an address. */
const LONGEST_ADDRESS = 320

/** Where the address stands that follows the label; also where Planfix has dropped the ends of lines. */
function placeIn(description: string): { from: number; to: number } | null {
  for (let at = description.indexOf(LABEL); at >= 0; at = description.indexOf(LABEL, at + 1)) {
    const from = at + LABEL.length
    const word = description.slice(from, from + LONGEST_ADDRESS).split(/\s/, 1)[0] ?? ''
    if (word.includes('@')) return { from, to: from + word.length }
  }
  return null
}

/** The address that stands behind the label. */
export function emailIn(description: string): string | null {
  const place = placeIn(description)
  return place && description.slice(place.from, place.to)
}

/** With this address instead of the one that is read from it, else with a line for it; everything else stays. */
export function withEmail(description: string, email: string): string {
  const place = placeIn(description)
  if (place) return description.slice(0, place.from) + email + description.slice(place.to)
  return description === '' ? LABEL + email : `${description}\n${LABEL}${email}`
}
