import { beforeAll, expect, test } from 'vitest'
import { build } from './processes.ts'
import type { StormReport, Talk } from './talks.ts'

/**
 * What must hold after a storm, as tests of the surrounding `describe`. `isOrdered`: whether a message must stand before
 * those that were written later.
 */
export function checkStorm(
  seed: number,
  run: () => Promise<StormReport>,
  isOrdered: (mark: string, report: StormReport) => boolean = () => true,
): void {
  let report: StormReport
  const each = (check: (talk: Talk, feed: string, chat: string) => string[]): string[] =>
    report.talks.flatMap((talk) =>
      check(talk, report.feeds.get(talk.name) ?? '', report.chats.get(talk.name) ?? '').map(
        (problem) => `${talk.name} ${problem}`,
      ),
    )

  beforeAll(async () => {
    build()
    report = await run()
    const sorted = report.startUps.toSorted((a, b) => a - b)
    const said = report.talks.flatMap((talk) => talk.said).length
    const replies = report.talks.flatMap((talk) => talk.replies).length
    const starts = [
      `seed ${seed}: ${report.startUps.length} starts, ${report.killsWhileStarting} more killed before they were ready, ${report.restarts} restarts of the database`,
      `ready after ${ms(sorted[Math.floor(sorted.length / 2)])} (median), ${ms(sorted.at(-1))} at most`,
    ]
    console.info(
      [
        ...(sorted.length > 0 ? starts : []),
        `${said} messages from Chatra (${said - report.accepted.size} never answered 200), ${replies} replies`,
        `${report.uncertain.length} replies uncertain: killed between the note on disk and the call`,
      ].join('\n'),
    )
  }, 600_000)

  test('people have written in every conversation in both directions', () => {
    expect(
      each((talk) => (talk.said.length > 3 && talk.replies.length > 0 ? [] : ['hardly talked'])),
    ).toEqual([])
  })

  test('each message that was answered 200 is in Planfix, exactly once', () => {
    const wrong = each((talk, feed) =>
      talk.said
        .filter((mark) => count(feed, mark) !== 1 && (report.accepted.has(mark) || count(feed, mark) > 1))
        .map((mark) => `${mark} is there ${count(feed, mark)} times`),
    )
    expect(wrong, report.unsettled.join('\n')).toEqual([])
  })

  test('the messages of a conversation are in Planfix in the order of writing', () => {
    const ordered = (marks: string[]) => marks.filter((mark) => isOrdered(mark, report))
    expect(each((talk, feed) => outOfOrder(ordered(talk.said), feed))).toEqual([])
  })

  test('at the end no message is waiting or failed, except uncertain replies', () => {
    expect(report.unsettled.filter((line) => !line.includes(' uncertain '))).toEqual([])
  })

  test('no reply is in the chat twice', () => {
    expect(each((talk, _feed, chat) => talk.replies.filter((mark) => count(chat, mark) > 1))).toEqual([])
  })

  test('each reply is in the chat, except those that the log shows as uncertain', () => {
    const missing = each((talk, _feed, chat) =>
      talk.replies.filter(
        (mark) => count(chat, mark) === 0 && !report.uncertain.some((text) => text.includes(mark)),
      ),
    )
    expect(missing, report.unsettled.join('\n')).toEqual([])
  })

  // All four attempts of an echo may fail while the server is down: then the owner decides, because such a reply
  // looks the same as one that was never sent.
  test('an arrived reply does not stay uncertain when one try of its echo was lost', () => {
    const settled = each((talk, _feed, chat) =>
      talk.replies.filter(
        (mark) =>
          chat.includes(mark) &&
          report.echoed.has(mark) &&
          report.uncertain.some((text) => text.includes(mark)),
      ),
    )
    expect(settled).toEqual([])
  })

  test('the replies of a conversation are in the chat in the order of writing', () => {
    expect(each((talk, _feed, chat) => outOfOrder(talk.replies, chat))).toEqual([])
  })

  test('no internal note is in a chat', () => {
    expect(each((talk, _feed, chat) => talk.notes.filter((mark) => chat.includes(mark)))).toEqual([])
  })

  test('an employee is told once in a conversation why a comment stayed inside', () => {
    // The first internal note of a conversation is one that does not notify the client.
    const wrong = report.talks.filter(
      ({ name, notes }) => report.hints.get(name) !== (notes.length > 0 ? 1 : 0),
    )
    expect(wrong.map(({ name, notes }) => `${name}: ${report.hints.get(name)} of ${notes.length}`)).toEqual(
      [],
    )
    expect(report.talks.filter(({ notes }) => notes.length > 0).length).toBeGreaterThan(0)
  })

  test('no message came back to its own side', () => {
    const echoed = each((talk, feed, chat) => [
      ...talk.said.filter((mark) => count(chat, mark) !== 1),
      ...[...talk.replies, ...talk.notes].filter((mark) => count(feed, mark) !== 1),
    ])
    expect(echoed).toEqual([])
  })

  test('each client has one contact and one task', () => {
    const names = report.talks.map((talk) => talk.name).toSorted()
    expect(report.contacts.toSorted()).toEqual(names)
    expect(report.tasks.toSorted()).toEqual(names.map((name) => `${name} (Chatra)`))
  })

  test('Planfix received only requests that a correct client sends', () => {
    expect(report.violations).toEqual([])
  })
}

const count = (text: string, mark: string): number => text.split(mark).length - 1
const ms = (value: number | undefined): string => `${Math.round(value ?? 0)} ms`

/** Marks that come before one that was written earlier; another test checks for missing marks. */
function outOfOrder(marks: readonly string[], text: string): string[] {
  const there = marks.filter((mark) => text.includes(mark))
  return there.filter((mark, n) => n > 0 && text.indexOf(mark) < text.indexOf(there[n - 1] ?? ''))
}
