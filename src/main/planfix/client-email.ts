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

const lineOf = (line: string): string | null =>
  line.startsWith(LABEL) && line.includes('@') ? line.slice(LABEL.length).trim() || null : null

/** The address of the first line that is one. */
export function emailIn(description: string): string | null {
  for (const line of description.split(/\r?\n/)) {
    const email = lineOf(line.trim())
    if (email !== null) return email
  }
  return null
}

/** With this address instead of the one that is read from it; everything else stays. */
export function withEmail(description: string, email: string): string {
  const lines = description === '' ? [] : description.split(/\r?\n/)
  const at = lines.findIndex((line) => lineOf(line.trim()) !== null)
  if (at < 0) return [...lines, LABEL + email].join('\n')
  return lines.with(at, LABEL + email).join('\n')
}
