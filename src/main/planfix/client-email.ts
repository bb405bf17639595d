import type { RawContact } from './schemas.ts'
import type { Settings } from './settings.ts'

/**
 * Where on a card a client's e-mail is stored (shared/config.ts, `clientEmail`): the fields to request, to
 * read and to write. Planfix mails comments to the card's own e-mail field (contracts/planfix.md §7).
 */
export interface EmailPlace {
  /** Additional fields to request. */
  fields: string[]
  /** The stored address. */
  read(raw: RawContact): string | null
  /** Fields of a request body, given the card's current description. */
  body(email: string, description: string): Record<string, unknown>
  /**
   * A filter of /contact/list for cards with the address in this place; null = there is none, or it is the
   * filter of e-mails.
   */
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

/** RFC 5321, section 4.5.3.1, plus the characters around an address. */
const LONGEST_ADDRESS = 320

/** Position of the address after the label; also where Planfix has dropped line ends. */
function placeIn(description: string): { from: number; to: number } | null {
  for (let at = description.indexOf(LABEL); at >= 0; at = description.indexOf(LABEL, at + 1)) {
    const from = at + LABEL.length
    const word = description.slice(from, from + LONGEST_ADDRESS).split(/\s/, 1)[0] ?? ''
    if (word.includes('@')) return { from, to: from + word.length }
  }
  return null
}

/** The address after the label. */
export function emailIn(description: string): string | null {
  const place = placeIn(description)
  return place && description.slice(place.from, place.to)
}

/** Replaces the address that was read from the description, or adds a line for it; all other text stays. */
export function withEmail(description: string, email: string): string {
  const place = placeIn(description)
  if (place) return description.slice(0, place.from) + email + description.slice(place.to)
  return description === '' ? LABEL + email : `${description}\n${LABEL}${email}`
}
