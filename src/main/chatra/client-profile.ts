import { z } from 'zod'
import type { ClientProfile, Page, Visit } from '../../shared/domain.ts'
import { systemFromUserAgent } from './user-agent.ts'
import {
  email,
  identifier,
  labelled,
  line,
  needed,
  neededId,
  phone,
  time,
  tolerant,
  webLink,
} from './values.ts'

type Entries = [string, unknown][] | null
const short = (limit: number) => tolerant((value) => line(value, limit))

/**
 * The visitor as webhooks and GET /clients/{id} describe it (contracts/chatra.md §3.2). Only `id` is
 * required; the rest may be absent (switches `info-present`, `client-keys`, `visitor-name`). A missing
 * `chatId` is replaced by the client's id, which names the same thread as long as one client has one chat.
 */
export const chatClient = z
  .object(
    {
      id: neededId,
      chatId: tolerant(identifier),
      displayedName: short(200),
      basicInfo: tolerant(labelled),
      integrationData: tolerant(labelled),
      info: tolerant(labelled),
      ip: short(64),
      country: short(100),
      city: short(100),
      browser: short(100),
      os: short(100),
      userAgent: short(1000),
      source: short(60),
      browserLanguage: short(35),
      lastVisit: tolerant((value) => value),
    },
    { error: needed('an object') },
  )
  .transform((client): ClientProfile => {
    const { basicInfo, integrationData, info } = client
    const guessed = systemFromUserAgent(client.userAgent)
    // Values that the site vouches for take precedence over typed ones: a visitor can type any address.
    const vouched = {
      name: first([integrationData], NAME, givenLine),
      email: first([integrationData], EMAIL, email),
      phone: first([integrationData], PHONE, phone),
    }
    const contact = {
      name: vouched.name ?? typedName(basicInfo, integrationData, info),
      email: vouched.email ?? first([basicInfo, info], EMAIL, email),
      phone: vouched.phone ?? first([basicInfo, info], PHONE, phone),
    }
    return {
      id: client.id,
      chatId: client.chatId ?? client.id,
      displayedName: givenLine(client.displayedName),
      ...contact,
      vouched: {
        name: vouched.name !== null,
        email: vouched.email !== null,
        phone: vouched.phone !== null,
      },
      ip: client.ip,
      country: client.country,
      city: client.city,
      os: client.os ?? guessed.os,
      browser: client.browser ?? guessed.browser,
      language: client.browserLanguage,
      ...(client.source !== null && { source: client.source }),
      visit: visit(client.lastVisit),
      startPage: null,
      extra: extra([integrationData, info, reachable(basicInfo)], contact),
    }
  })

const NAME = /^name$/i
const EMAIL = /^e-?mail$/i
const PHONE = /^phone$/i
/** Notes are what agents write for each other (§2.4); they are not data of the site. */
const NOTES = /^notes$/i

/**
 * The name the visitor typed. `displayedName` is never used: Chatra generates it (switch `visitor-name`).
 * `info` is basicInfo and integrationData merged, so it is used only where one of the two is missing: a name
 * in `info` that neither part contains was generated as well.
 */
function typedName(basicInfo: Entries, integrationData: Entries, info: Entries): string | null {
  return first(basicInfo && integrationData ? [basicInfo] : [basicInfo, info], NAME, givenLine)
}

const givenLine = (value: unknown) => line(value, 200)

/** Contact data that a visitor typed; it stays readable where the site vouches for other values. */
const reachable = (basicInfo: Entries): Entries =>
  basicInfo?.filter(([label]) => EMAIL.test(label.trim()) || PHONE.test(label.trim())) ?? null

function first<T>(sources: Entries[], label: RegExp, read: (value: unknown) => T | null): T | null {
  for (const source of sources) {
    for (const [key, value] of source ?? []) {
      const found = label.test(key.trim()) ? read(value) : null
      if (found !== null) return found
    }
  }
  return null
}

/**
 * At most 30 other labels with short values; an e-mail or phone that differs from the chosen one stays among
 * them.
 */
function extra(
  sources: Entries[],
  taken: { email: string | null; phone: string | null },
): Record<string, string> {
  const found = new Map<string, string>()
  for (const [key, raw] of sources.flatMap((source) => source ?? [])) {
    const label = line(key, 100)
    const value = Array.isArray(raw) ? line(raw.filter(isPlain).slice(0, 50).join(', '), 500) : line(raw, 500)
    if (!label || !value || label === '__proto__' || found.has(label) || found.size >= 30) continue
    if (NAME.test(label) || NOTES.test(label)) continue
    if (EMAIL.test(label) && email(value) === taken.email) continue
    if (PHONE.test(label) && phone(value) === taken.phone) continue
    found.set(label, value)
  }
  return Object.fromEntries(found)
}
const isPlain = (value: unknown) => typeof value === 'string' || typeof value === 'number'

function visit(value: unknown): Visit | null {
  const entries = labelled(value)
  if (!entries) return null
  const one = new Map(entries)
  const pages = one.get('viewedPages')
  return {
    startedAt: time(one.get('startedAt')),
    finishedAt: time(one.get('finishedAt')),
    host: line(one.get('hostName'), 255),
    pages: Array.isArray(pages) ? pages.slice(-50).flatMap((each) => page(each) ?? []) : [],
  }
}

/** `{link, title}` with a web address; null for anything else. */
export function page(value: unknown): Page | null {
  const entries = new Map(labelled(value) ?? [])
  const link = webLink(entries.get('link'))
  return link === null ? null : { link, title: line(entries.get('title'), 300) }
}
