import type { BridgeEvent } from '../../../shared/domain.ts'
import { eventText } from '../../../shared/i18n/event-text.ts'
import {
  isTextKey,
  type Language,
  type TextKey,
  translate,
  translateAny,
} from '../../../shared/i18n/index.ts'
import { gapOf, weekOf } from './events.ts'
import type { Fault, Gathered, Notice, Stuck } from './show.ts'

/** Target of a click. */
export type NoticeTarget =
  /** `connectionId`: null = of a notification from before a restart. */
  | { kind: 'conversation'; connectionId: string | null; conversationId: number }
  /** A task in Planfix: an address for the browser. */
  | { kind: 'task'; url: string }
  /** A page of our own window, e.g. `/log`. */
  | { kind: 'page'; route: string }
  /** Installs the new version. */
  | { kind: 'update' }

/** A notification as plain text. */
export interface NoticeText {
  title: string
  body: string
  target: NoticeTarget
}

export interface NoticeWords {
  language: Language
  /** Names of the existing connections. */
  names: ReadonlyMap<string, string>
}

/** The notification's text, each part in one or few short lines. */
export function noticeText(notice: Notice, words: NoticeWords): NoticeText {
  const say = saying(words.language)
  switch (notice.kind) {
    case 'chat': {
      const { client, text, connectionId, conversationId } = notice.chat
      const line = plainLine(text, LINE) || say('notices.file')
      const of = words.names.size > 1 ? `${nameOf(words, connectionId)}: ` : ''
      return {
        title: say('notices.chat', { client: nameIn(say, client) }),
        body: `${of}${line}`,
        target: { kind: 'conversation', connectionId, conversationId },
      }
    }
    case 'chats':
      return {
        title: say('notices.chats', { count: notice.count }),
        body: clientsOf(say, notice),
        target: page('/log'),
      }
    case 'unanswered': {
      const { client, text, connectionId, conversationId } = notice.message
      return {
        title: say('notices.unanswered', { client: nameIn(say, client) }),
        body: `${say('notices.unanswered.minutes', { count: notice.minutes })}: ${plainLine(text, LINE) || say('notices.file')}`,
        target: { kind: 'conversation', connectionId, conversationId },
      }
    }
    case 'unanswered-many':
      return {
        title: say('notices.unanswered-many', { count: notice.count }),
        body: clientsOf(say, notice),
        target: page('/log'),
      }
    case 'failure':
      return failure(notice.message, say)
    case 'failures':
      return {
        title: say('notices.stuck', { count: notice.count }),
        body: say('notices.stuck.text', { names: clientsOfStuck(say, notice) }),
        target: page(ATTENTION),
      }
    case 'event':
      return event(notice.event, words)
    case 'lost':
      return lost(notice.faults, notice.alsoBack, words)
    case 'back':
      return back(notice.faults, words)
    case 'summary':
      return summary(notice, words)
  }
}

const LINE = 120
const NAME = 60
const ATTENTION = '/log?state=attention'
const page = (route: string): NoticeTarget => ({ kind: 'page', route })

type Say = (key: TextKey, params?: Record<string, string | number>) => string
const saying =
  (language: Language): Say =>
  (key, params) =>
    translate(language, key, params)

function failure({ client, direction, state, text, ...message }: Stuck, say: Say): NoticeText {
  return {
    title: say(`notices.${state}.${direction}`, { client: nameIn(say, client) }),
    body: plainLine(text, LINE),
    target:
      message.conversationId === null
        ? page(ATTENTION)
        : {
            kind: 'conversation',
            connectionId: message.connectionId,
            conversationId: message.conversationId,
          },
  }
}

function event(told: BridgeEvent, words: NoticeWords): NoticeText {
  return {
    title: eventTitle(told, words),
    body: eventText(words.language, told),
    target: page(routeOf(told)),
  }
}

function routeOf(told: BridgeEvent): string {
  const week = weekOf(told)
  if (week !== null) return `/report?week=${week}`
  return told.key === 'event.address-changed' ? '/settings/~address' : '/'
}

function eventTitle(told: BridgeEvent, words: NoticeWords): string {
  const say = saying(words.language)
  if (gapOf(told)) return say('notices.gap')
  if (weekOf(told) !== null) return say('notices.week')
  if (told.key === 'event.address-changed') return say('notices.address.changed')
  return told.connectionId !== null && words.names.has(told.connectionId)
    ? say('notices.event.of', { connection: nameOf(words, told.connectionId) })
    : say('notices.event')
}

function lost(faults: readonly Fault[], alsoBack: readonly Fault[], words: NoticeWords): NoticeText {
  const say = saying(words.language)
  const [first] = faults
  const told =
    faults.length === 1 && first
      ? oneLost(first, words)
      : {
          title: say('notices.lost.many'),
          body: say(
            faults.some(({ needsOwner }) => needsOwner) ? 'notices.lost.owner' : 'notices.lost.wait',
            { names: faultNames(faults, words) },
          ),
        }
  const back = alsoBack.length === 0 ? '' : `\n${say('notices.back.many')}: ${faultNames(alsoBack, words)}.`
  return { title: told.title, body: told.body + back, target: page('/') }
}

function oneLost(fault: Fault, words: NoticeWords): { title: string; body: string } {
  const { language } = words
  const say = saying(language)
  const detail = String(fault.params.detail ?? '')
  switch (fault.what) {
    case 'store':
      return { title: say('notices.store.lost'), body: say('shell.store-failing', { detail }) }
    case 'address': {
      const why = isTextKey(fault.code) ? translateAny(language, fault.code, fault.params) : ''
      const wait = fault.needsOwner ? '' : say('notices.address.wait')
      return { title: say('notices.address.lost'), body: [why, wait].filter(Boolean).join(' ') }
    }
    default: {
      const key = `error.${fault.what}.${fault.code}`
      return {
        title: say('notices.lost.one', {
          side: say(`side.${fault.what}`),
          connection: nameOf(words, fault.connectionId),
        }),
        body: isTextKey(key) ? say(key, { scope: detail }) : detail,
      }
    }
  }
}

function back(faults: readonly Fault[], words: NoticeWords): NoticeText {
  const say = saying(words.language)
  const [first] = faults
  const body = say('notices.back.text')
  const target = page('/')
  if (faults.length !== 1 || !first) {
    return { title: say('notices.back.many'), body: `${faultNames(faults, words)}. ${body}`, target }
  }
  if (first.what === 'address' || first.what === 'store') {
    return { title: say(`notices.${first.what}.back`), body, target }
  }
  const side = say(`side.${first.what}`)
  return {
    title: say('notices.back.one', { side, connection: nameOf(words, first.connectionId) }),
    body,
    target,
  }
}

/** `Chatra (shop.example), Planfix (shop.example)`; without the names when there is only one connection. */
function faultNames(faults: readonly Fault[], words: NoticeWords): string {
  const say = saying(words.language)
  const names = faults.map(({ what, connectionId }) => {
    if (what === 'address' || what === 'store') return say(`notices.${what}`)
    return words.names.size > 1
      ? `${say(`side.${what}`)} (${nameOf(words, connectionId)})`
      : say(`side.${what}`)
  })
  return named(say, names.slice(0, MOST_FAULTS), names.length)
}
const MOST_FAULTS = 4

function summary(notice: Extract<Notice, { kind: 'summary' }>, words: NoticeWords): NoticeText {
  const { chats, failures, events, unanswered } = notice
  const say = saying(words.language)
  const lines = []
  if (chats.count > 0) lines.push(`${say('notices.chats', { count: chats.count })}: ${clientsOf(say, chats)}`)
  if (unanswered.count > 0)
    lines.push(
      `${say('notices.unanswered-many', { count: unanswered.count })}: ${clientsOf(say, unanswered)}`,
    )
  if (failures.count > 0) lines.push(say('notices.stuck', { count: failures.count }))
  for (const title of new Set(events.map((one) => eventTitle(one, words)))) lines.push(title)
  return {
    title: say('notices.summary'),
    body: lines.join('\n'),
    target: page(failures.count > 0 ? ATTENTION : chats.count + unanswered.count > 0 ? '/log' : '/'),
  }
}

const clientsOf = (say: Say, { count, first }: Gathered<{ client: string }>): string =>
  named(
    say,
    first.map(({ client }) => nameIn(say, client)),
    count,
  )

/** Several messages may come from one client, so unnamed clients are not counted. */
function clientsOfStuck(say: Say, { count, first }: Gathered<Stuck>): string {
  const names = [...new Set(first.map(({ client }) => nameIn(say, client)))].join(', ')
  return count > first.length ? `${names}…` : names
}

/** The names, and the number of further ones. */
function named(say: Say, names: readonly string[], count: number): string {
  const list = names.join(', ')
  return count > names.length ? say('notices.more', { names: list, count: count - names.length }) : list
}

const nameIn = (say: Say, client: string | null): string =>
  plainLine(client ?? '', NAME) || say('notices.somebody')

const nameOf = ({ names }: NoticeWords, connectionId: string | null): string =>
  connectionId === null ? '' : (names.get(connectionId) ?? connectionId)

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * The first visible line, as plain text: no control characters, no changes of text direction, at most `max`
 * visible characters.
 */
export function plainLine(text: string, max: number): string {
  const line =
    text
      .slice(0, 20 * max)
      .toWellFormed()
      .split(/[\r\n\u0085\u2028\u2029]+/)
      .map((one) =>
        one
          .replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g, '')
          .replace(/\s+/g, ' ')
          .replace(/\p{Cc}/gu, '')
          .trim(),
      )
      .find((one) => one !== '') ?? ''
  if (line.length <= max) return line
  const kept = [...graphemes.segment(line)].map(({ segment }) => segment)
  return kept.length <= max
    ? line
    : `${kept
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`
}
