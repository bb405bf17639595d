import { z } from 'zod'
import { hasNothingToSee, wholeUpTo, withoutTail } from '../../shared/plain.ts'

/**
 * Optional values from Chatra: a value that does not match contracts/chatra.md §3 becomes null (or is cut),
 * and never spoils the event that contains it. `z.object` drops unknown keys.
 */

/** A schema of a key that may be missing or have any type; `read` returns its usable value. */
export const tolerant = <T>(read: (value: unknown) => T) => z.unknown().transform(read).prefault(null)

// Everything a person cannot see: controls, bidirectional overrides, zero-width marks used to disguise text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const CONTROLS_BUT_LINES = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g

/** Invisible at the ends; joiners and marks of direction within a text (emoji, Persian, Hebrew) stay. */
const BLANKS = ' \u00ad\u115f\u1160\u180e\u200b\u2060\u2800\u3164\uffa0'

/** One line of at most `limit` UTF-16 units without control characters; null without visible characters. */
export function line(value: unknown, limit: number): string | null {
  const text = plain(value)
  if (text === null) return null
  const clean = text
    .slice(0, limit * 4)
    .toWellFormed()
    .replace(INVISIBLE, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s\u00ad\u115f\u1160\u180e\u200b\u2060\u2800\u3164\uffa0]+/, '')
  return hasNothingToSee(clean) ? null : withoutTail(clean.slice(0, wholeUpTo(clean, limit)), BLANKS)
}

/** A person's text with line breaks; the empty string when it is not a text. */
export function prose(value: unknown): string {
  return typeof value === 'string' ? value.toWellFormed().replace(CONTROLS_BUT_LINES, '') : ''
}

/** An id as Chatra sends it, unchanged; a site's own client id may be any string or number (§1, Ids). */
export function identifier(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  if (typeof value !== 'string' || value.trim() === '' || value.length > LONGEST_ID) return null
  return value
}
const LONGEST_ID = 500

const EARLIEST = Date.UTC(2010, 0, 1)
const LATEST = Date.UTC(2100, 0, 1)
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d/
const ZONE = /(z|[+-]\d\d:?\d\d)$/i

/**
 * Milliseconds since 1970 from a number, digits or ISO text (switch `created-at`); null when not of this
 * century.
 */
export function time(value: unknown): number | null {
  const ms = milliseconds(value)
  return ms >= EARLIEST && ms < LATEST ? Math.trunc(ms) : null
}

function milliseconds(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.length > 40) return Number.NaN
  const text = value.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  if (!ISO.test(text)) return Number.NaN
  // Without a zone JavaScript would use the time zone of this computer.
  return Date.parse(ZONE.test(text) ? text : `${text}Z`)
}

/** An http or https address; null for anything else (`javascript:`, `data:`, relative links). */
export function webLink(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 4000) return null
  const url = URL.parse(value.trim())
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : null
}

/** Lower-case address; checked loosely, because it is a hint for people and never an address we send to. */
export function email(value: unknown): string | null {
  const text = line(value, 300)?.toLowerCase()
  return text && text.length <= 254 && /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]+$/.test(text) ? text : null
}

/** A telephone number as it was typed; null when it has fewer than three digits. */
export function phone(value: unknown): string | null {
  const text = line(value, 50)
  return text && (text.match(/\d/g)?.length ?? 0) >= 3 ? text : null
}

/** An open map of labels and values (`info`, `integrationData`); null for other types. */
export function labelled(value: unknown): [string, unknown][] | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : null
}

/** The value of an own key; undefined for other types. */
export const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined

function plain(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

/** The problem of a required value: absent, or of the wrong type. */
export const needed = (expected: string) => (issue: { input?: unknown }) =>
  issue.input === undefined || issue.input === null ? 'missing' : `expected ${expected}`

/** A required id; the issue says `missing` or the expected type. */
export const neededId = z
  .unknown()
  .transform((value, context) => {
    const id = identifier(value)
    if (id !== null) return id
    const message =
      typeof value === 'string' && value.length > LONGEST_ID
        ? `longer than ${LONGEST_ID} characters`
        : needed('a text')({ input: value === '' ? null : value })
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
  .prefault(null)
