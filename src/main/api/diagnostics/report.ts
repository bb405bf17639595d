import { arch, cpus, platform, release, totalmem } from 'node:os'
import type { Words } from '../../../shared/api/answer.ts'
import type { CheckReport, CheckUp } from '../../../shared/api/diagnostics.ts'
import type { AppState, ConnectionState } from '../../../shared/api/state.ts'
import type { BridgeEvent } from '../../../shared/domain.ts'
import { eventText } from '../../../shared/i18n/event-text.ts'
import {
  isTextKey,
  type Language,
  type TextKey,
  type TextParams,
  translate,
  translateAny,
} from '../../../shared/i18n/index.ts'
import type { SideState } from '../../engine/ports.ts'
import type { Redactor } from '../../settings/redact.ts'

const STORE_FAILING = {
  folder: 'diagnostics.report.store-failing',
  database: 'diagnostics.report.database-failing',
} as const

interface ReportOptions {
  language: Language
  state: AppState
  /** Newest last. */
  events: readonly BridgeEvent[]
  checkUp: CheckUp | null
  redact: Redactor
}

type Say = (key: TextKey, params?: TextParams) => string

/**
 * The last run and the state of the program as a text file, for a person who helps the owner. It contains no
 * secrets, no texts of clients and no e-mail addresses; a service's message is left out where it may quote a
 * message.
 */
export function checkUpReport(options: ReportOptions): { name: string; text: string } {
  const { language, state, redact } = options
  const t: Say = (key, params) => translate(language, key, params)
  const lines = [
    t('diagnostics.report.title', { app: t('app.name') }),
    '',
    ...aboutProgram(options, t),
    '',
    `${t('diagnostics.report.connections')}:`,
    ...(state.connections.length === 0 ? [`  ${t('diagnostics.report.no-connections')}`] : []),
    ...state.connections.flatMap((connection) => aboutConnection(connection, t)),
    '',
    ...findings(options, t),
    '',
    `${t('diagnostics.report.events')}:`,
    ...(options.events.length === 0 ? [`  ${t('diagnostics.report.no-events')}`] : []),
    ...options.events.map((event) => `  ${eventLine(event, language)}`),
  ]
  return {
    name: `bridge-check-up-${localTime(state.time).slice(0, 10)}.txt`,
    text: `${lines.map((line) => withoutMail(redact(line))).join('\n')}\n`,
  }
}

function aboutProgram({ state }: ReportOptions, t: Say): string[] {
  const memory = Math.round(totalmem() / 1024 ** 3)
  const system = `${platform()} ${release()} ${arch()}, Node.js ${process.versions.node}, ${cpus().length} CPU, ${memory} GB`
  return [
    `${t('diagnostics.report.made')}: ${localTime(state.time)} ${zone(state.time)}`,
    `${t('diagnostics.report.version')}: ${state.version}`,
    `${t('diagnostics.report.host')}: ${t(`diagnostics.report.host.${state.host}`)}`,
    `${t('diagnostics.report.system')}: ${system}`,
    `${t('diagnostics.report.receiver')}: ${[state.hooksUrl, state.publicAddress.address].filter(Boolean).join(', ')}`,
    ...(state.storeFailing === null
      ? []
      : [t(STORE_FAILING[state.storePlace], { detail: state.storeFailing })]),
  ]
}

function aboutConnection(connection: ConnectionState, t: Say): string[] {
  const { id, enabled, missing, chatra, planfix, counts, budget } = connection
  if (!enabled) return [`  ${id}: ${t('diagnostics.report.off')}`, ...countLines(counts, t)]
  const sides = [
    `${t('side.chatra')}: ${sideWords(chatra, t)}`,
    `${t('side.planfix')}: ${sideWords(planfix, t)}`,
    ...(missing.length > 0 ? [`${t('diagnostics.report.missing')}: ${missing.join(', ')}`] : []),
  ]
  const left = budget.remaining ?? t('diagnostics.report.unknown')
  return [
    `  ${id}: ${sides.join('; ')}`,
    `    ${t('diagnostics.report.budget', { used: budget.usedToday, left })}`,
    ...countLines(counts, t),
  ]
}

const sideWords = (side: SideState, t: Say) =>
  side.state === 'ok'
    ? t('side.ok')
    : `${t(`side.${side.state}`)} (${side.code}: ${withoutQuotes(side.detail)})`

const countLines = (states: ConnectionState['counts'], t: Say): string[] =>
  (['to-planfix', 'to-chatra'] as const).map((direction) => {
    const some = Object.entries(states[direction]).filter(([, count]) => count > 0)
    const words = some.map(([state, count]) => `${stateWord(state, t)} ${count}`)
    return `    ${t(`direction.${direction}`)}: ${words.join(', ') || 0}`
  })

const stateWord = (state: string, t: Say) => {
  const key = `state.${state}`
  return isTextKey(key) ? t(key) : state
}

function findings({ checkUp, language }: ReportOptions, t: Say): string[] {
  if (checkUp === null) return [t('diagnostics.report.not-run')]
  const { reports, startedAt, endedAt, total } = checkUp
  const count = (result: CheckReport['result']) => reports.filter((one) => one.result === result).length
  const summary = (['failed', 'warning', 'ok', 'skipped'] as const)
    .filter((result) => count(result) > 0)
    .map((result) => t(`diagnostics.summary.${result}`, { count: count(result) }))
  const groups = Map.groupBy(reports, ({ connectionId }) => connectionId)
  return [
    `${t('diagnostics.report.findings')} (${localTime(startedAt)}): ${summary.join(', ')}`,
    ...(endedAt === null || reports.length < total ? [t('diagnostics.report.unfinished')] : []),
    ...[...groups].flatMap(([connectionId, group]) => [
      `  ${connectionId ?? t('diagnostics.group.program')}`,
      ...group.flatMap((report) => findingLines(report, language, t)),
    ]),
  ]
}

function findingLines(
  { id, title, result, detail, todo }: CheckReport,
  language: Language,
  t: Say,
): string[] {
  const words = ({ key, params }: Words) =>
    translateAny(
      language,
      key,
      QUOTING.has(key) ? { ...params, text: withoutQuotes(`${params.text}`) } : params,
    )
  const line = `    ${String(id).padStart(2)} [${t(`diagnostics.result.${result}`)}] ${words(title)}: ${words(detail)}`
  return todo === null ? [line] : [line, `       ${t('diagnostics.todo')}: ${words(todo)}`]
}

/** Findings whose text is a service's message. */
const QUOTING = new Set(['diagnostics.detail.error', 'diagnostics.detail.untold'])

function eventLine(event: BridgeEvent, language: Language): string {
  const { detail } = event.params
  const params = { ...event.params, ...(typeof detail === 'string' && { detail: withoutQuotes(detail) }) }
  const place = event.connectionId === null ? '' : ` ${event.connectionId}:`
  return `${localTime(event.time)} ${event.level}${place} ${eventText(language, { key: event.key, params })}`
}

/**
 * Planfix's texts are in quotes, Chatra's after the status (their errors.ts); both may repeat what was sent.
 */
const withoutQuotes = (detail: string) =>
  detail.replace(/"[\s\S]*"/, '"…"').replace(/(\banswered \d{3}): [\s\S]*$/, '$1')

const withoutMail = (text: string) =>
  text.replace(/[^\s<>()[\]"':;,]+/g, (word) => (/[^@]@[^@]/.test(word) ? '***@***' : word))

/** `2026-11-22 10:15`, local time. */
function localTime(time: number): string {
  const shifted = new Date(time - new Date(time).getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 16).replace('T', ' ')
}

/** `UTC+02:00` */
function zone(time: number): string {
  const minutes = -new Date(time).getTimezoneOffset()
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`
}
