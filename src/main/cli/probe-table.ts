import type { Reason } from '../diagnostics/probe/question.ts'
import { notAsked, REASONS } from '../diagnostics/probe/questions/index.ts'
import type { Finding, Probing } from '../diagnostics/probe/runner.ts'

const GAP = '  '
const NARROWEST = 100
const WIDEST = 150
/** Positions are names, and are not broken. */
const LONGEST_POSITION = 23

/** The findings as a table: question, position found, what the program does with it. */
export function findingsTable(findings: readonly Finding[], width: number): string {
  const isWithoutChat = ({ reason }: Finding) => reason?.why === 'no-chat'
  const rows = findings
    .filter((finding) => !isWithoutChat(finding))
    .map(({ question, position, reason }) => [
      question.title,
      position ?? 'unknown',
      position === null ? whyUnknown(reason) : (question.positions[position] ?? ''),
    ])
  const withoutChat = findings.filter(isWithoutChat).length
  if (withoutChat > 0) rows.push([`Chat API: ${withoutChat} questions`, 'unknown', WORDS['no-chat']])
  return table(['QUESTION', 'FOUND', 'WHAT THE PROGRAM DOES'], rows, width)
}

export const notAskedTable = (width: number): string =>
  table(
    ['NOT TRIED', 'BECAUSE'],
    notAsked.map(({ title, why }) => [title, REASONS[why]]),
    width,
  )

/** What stays in Planfix, in words. Numbers are for the owner's eyes only. */
export function leftInWords({ left: { tasks, card, chatCard } }: Probing, webUrl: string): string {
  const lines = tasks.map(({ taskId, comments, isOpen }) => {
    const where = taskId === 0 ? 'A task of an earlier probe' : `${webUrl}/task/${taskId}`
    const what = [
      ...(isOpen ? ['could not be completed'] : []),
      ...(comments > 0 ? [`holds ${comments} comments that could not be deleted`] : []),
    ]
    return `${where} ${what.join(' and ')}: please do it by hand.`
  })
  if (tasks.length === 0) lines.push('The test tasks are completed and their comments deleted.')
  if (card !== null)
    lines.push(
      `The test contact "${card.name}" stays: Planfix lets no program delete it. The next probe uses it again.`,
    )
  if (chatCard) lines.push('So does the contact of the test chat.')
  return lines.map((line) => `${line}\n`).join('')
}

/** Why a question has no answer. */
function whyUnknown(reason: Reason | null): string {
  if (reason === null) return ''
  const numbers = [
    ...(reason.status === undefined ? [] : [`HTTP ${reason.status}`]),
    ...(reason.vendorCode === undefined ? [] : [`code ${reason.vendorCode}`]),
  ]
  const text = reason.why === 'missing-scope' ? `the token lacks ${reason.scope}` : WORDS[reason.why]
  return numbers.length === 0 ? text : `${text} (${numbers.join(', ')})`
}

const WORDS: Record<Reason['why'], string> = {
  'wrong-keys': 'Planfix refuses the token',
  'no-plan': 'the plan has no API access',
  unpaid: 'the account, its employee or its token is not active',
  'daily-limit': "the day's requests are used up",
  'missing-scope': 'the token lacks a right',
  'wrong-chat-token': 'Planfix refuses the token of the chat',
  'object-gone': 'the object is gone',
  'rate-limited': 'Planfix asked to wait too often',
  unreachable: 'Planfix could not be reached',
  unclear: 'Planfix gave no clear answer',
  failing: 'Planfix gave no clear answer',
  refused: 'Planfix refused it',
  'bad-answer': 'the answer was none that is known',
  unexpected: 'the answer was none that is known: please send the report',
  queued: 'Planfix carries the change out later',
  'too-coarse': 'Planfix does not say it exactly enough',
  'not-seen': 'it did not happen yet',
  'no-task': 'there is no test task',
  'no-chat': 'there is no token of the chat',
  'not-visible': 'the token sees nothing of the test chat',
  'no-receiver': 'needs the running bridge, with “Instant replies” switched on',
  'no-public-address': 'needs a public address and the running bridge',
  interrupted: 'the probe was ended before',
  bug: 'a fault of this program: please send the report',
}

function table(heading: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const room = Math.min(Math.max(width, NARROWEST), WIDEST) - GAP.length * (heading.length - 1)
  const [first, last] = heading.length === 3 ? [0.4, 0.6] : [0.45, 0.55]
  const middle = heading.length === 3 ? [LONGEST_POSITION] : []
  const rest = room - (middle[0] ?? 0)
  const widths = [Math.floor(rest * first), ...middle, Math.floor(rest * last)]
  return [heading, ...rows].map((cells) => row(cells, widths)).join('')
}

function row(cells: readonly string[], widths: readonly number[]): string {
  const columns = cells.map((cell, n) => wrapped(cell, widths[n] ?? 0))
  const height = Math.max(...columns.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) => {
    const parts = columns.map((lines, n) => (lines[line] ?? '').padEnd(widths[n] ?? 0))
    return `${parts.join(GAP).trimEnd()}\n`
  }).join('')
}

function wrapped(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.length - 1
    const joined = lines[last] === '' ? word : `${lines[last]} ${word}`
    if (joined.length <= width || lines[last] === '') lines[last] = joined
    else lines.push(word)
  }
  return lines
}
