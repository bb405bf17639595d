import type { Connection } from '../../../../shared/config.ts'
import type { AgentSeen, ClientProfile, Message } from '../../../../shared/domain.ts'
import { translate } from '../../../../shared/i18n/index.ts'
import type { Language } from '../../../../shared/languages.ts'
import { nameOf } from '../../people/naming.ts'
import type { PlanfixText } from '../../ports.ts'
import { comparable } from '../../text.ts'
import { factsThatFit, newestThatFit, shortAddress } from './facts-that-fit.ts'

/**
 * The author of a mirrored agent's comment: the mapped employee, or none (the token's user, beginning with
 * the agent's name).
 */
export function ownerOf(message: Message, settings: Connection): number | null {
  const { author } = message
  if (author.kind !== 'agent') return null
  const byHand = settings.employees.find(
    (one) => one.chatraAgentId !== null && one.chatraAgentId === author.id,
  )
  const email = author.email?.toLowerCase()
  const byEmail = email ? settings.employees.find((one) => one.email?.toLowerCase() === email) : undefined
  return (byHand ?? byEmail)?.planfixUserId ?? null
}

/** Adds the e-mail of an agent whom a webhook named only by id. */
export function withEmail(message: Message, agents: readonly AgentSeen[]): Message {
  const { author } = message
  if (author.kind !== 'agent' || (author.email !== null && author.name !== '')) return message
  const seen = agents.find((agent) => agent.id === author.id)
  if (!seen) return message
  return {
    ...message,
    author: { ...author, email: author.email ?? seen.email, name: author.name || (seen.name ?? '') },
  }
}

/**
 * Whose name precedes the text, in addition to unmapped agents: mapped agents too, where the text has no
 * author of its own; clients as well, where it is not written under their name.
 */
export type Named = 'unmapped' | 'agents' | 'all'

/** A batch of messages as paragraphs. */
export function commentText(
  batch: readonly Message[],
  settings: Connection,
  language: Language,
  named: Named = 'unmapped',
): PlanfixText {
  return {
    paragraphs: batch.map((message) => ({
      links: message.files.flatMap(({ linkOnly, url }) => (linkOnly && url ? [url] : [])),
      label: labelOf(message, settings, language, named),
      text: [
        withoutFileName(message),
        ...message.files.filter((file) => file.linkOnly).map((file) => linkText(file)),
      ]
        .filter((line) => line !== '')
        .join('\n'),
    })),
  }
}

const linkText = (file: { name: string; url: string | null }) => `${file.name}: ${file.url ?? ''}`

/** Chatra puts the file's name in place of the text; beside the file itself it would be a repetition. */
function withoutFileName(message: Message): string {
  return message.files.some((file) => isName(message.text, file.name)) ? '' : message.text
}

/**
 * Names are kept on one line, with plain spaces and limited length (chatra/values.ts); the text stays as
 * written.
 */
function isName(text: string, name: string): boolean {
  const [whole, kept] = [comparable(text), comparable(name)]
  return whole === kept || (name.length > LONG_NAME && whole.startsWith(kept))
}
const LONG_NAME = 150

function labelOf(message: Message, settings: Connection, language: Language, named: Named): string | null {
  const { author } = message
  const isNamed =
    author.kind === 'agent' ? named !== 'unmapped' || ownerOf(message, settings) === null : named === 'all'
  const name = 'name' in author ? author.name : ''
  const who = isNamed ? `${name || translate(language, 'task.agent')} (Chatra)` : null
  const when = message.late
    ? translate(language, 'task.written', { time: utcMinute(message.writtenAt) })
    : null
  return [who, when].filter((part) => part !== null).join(', ') || null
}

const utcMinute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** Plain text of a write, to find it by content. */
export const plainOf = (text: PlanfixText): string =>
  text.paragraphs.map(({ label, text: words }) => (label ? `${label}: ${words}` : words)).join('\n')

export const taskName = (profile: ClientProfile): string => `${nameOf(profile)} (Chatra)`

/** Numbers of the tasks that a description links to. */
export interface TaskLinks {
  /** The conversation's previous task (F8). */
  previous: number | null
  /** An active task of the same card that other people created. */
  related: number | null
  /** The task of a client with the same address, who may be the same person (F13). */
  perhaps: number | null
}

/**
 * First messages, then the known facts about the visitor (F10), then links to other tasks, then the messages
 * of the previous one.
 */
export function taskDescription(
  batch: readonly Message[],
  profile: ClientProfile,
  links: TaskLinks,
  settings: Connection,
  language: Language,
  history: readonly Message[] = [],
): PlanfixText {
  const t = (key: Parameters<typeof translate>[1], params?: Record<string, string | number>) =>
    translate(language, key, params)
  const place = [profile.country, profile.city].filter((part) => part !== null).join(', ')
  const pages = (
    profile.visit?.pages.length ? profile.visit.pages : profile.startPage ? [profile.startPage] : []
  )
    .slice(0, 20)
    .map(({ title, link }) => ({ title, address: shortAddress(link) }))
  const device = [profile.os, profile.browser].filter((part) => part !== null).join(', ')
  const facts: string[] = [
    ...(place ? [`${t('task.place')}: ${place}`] : []),
    ...(pages.length
      ? [
          `${t('task.pages')}:`,
          ...pages.map(({ title, address }) => `• ${title ? `${title} ` : ''}${address.text}`),
        ]
      : []),
    `${t('task.source')}: ${['Chatra', profile.source, profile.visit?.host].filter(Boolean).join(', ')}`,
    ...(device ? [`${t('task.device')}: ${device}`] : []),
    ...Object.entries(profile.extra).map(([label, value]) => `${label}: ${value}`),
    ...(['previous', 'related', 'perhaps'] as const).flatMap((kind) => {
      const id = links[kind]
      return id === null ? [] : [`${t(`task.${kind}`)}: ${settings.planfix.webUrl}/task/${id}`]
    }),
  ]
  const addresses = pages.map(({ address }) => address.link).filter((link) => link !== '')
  const said = commentText(batch, settings, language, 'agents')
  const fitting = factsThatFit(plainOf(said), facts, (count) => t('task.left-out', { number: count }))
  const known = { label: null, text: fitting.join('\n'), quote: true, links: addresses }
  const about = { paragraphs: [...said.paragraphs, known] }
  const lines = history.flatMap((message) => historyLine(message, t('task.agent')))
  if (lines.length === 0) return about
  const heading = `${t('task.history')}:`
  const before = `${plainOf(about)}\n${heading}`
  const last = newestThatFit(before, lines, (count) => t('task.left-out', { number: count }))
  return {
    paragraphs: [...about.paragraphs, { label: null, text: [heading, ...last].join('\n'), quote: true }],
  }
}

/**
 * Author, text and time in one line, so that no line equals a message, which a later search for that message
 * (failover.ts) would find. Empty where the text was removed.
 */
function historyLine({ author, files, text, writtenAt }: Message, agent: string): string[] {
  const names = files.map(({ name }) => name).filter((name) => name !== text)
  const words = [text, ...names].join(' ').replace(/\s+/g, ' ').trim()
  const who = author.kind === 'bridge' ? '' : author.name || agent
  return words === '' ? [] : [`• ${who}, ${utcMinute(writtenAt)}: ${words}`]
}
