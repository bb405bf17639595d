import type { LogEntry } from '../../../shared/domain.ts'
import { type Language, loadLanguage } from '../../../shared/i18n/index.ts'
import { withClient } from '../../engine/index.ts'
import { openAnyStore } from '../../runtime/any-store.ts'
import type { ApplicationStore, LogPlace, StoredEvent } from '../../store/index.ts'
import { print } from '../output.ts'
import { type SettingsPlace, settingsOf } from '../settings-of.ts'
import { entryLine, eventLine, HEADING } from '../table.ts'

const PAGE = 500
/** How often to read a running server's new lines, in milliseconds. */
const FOLLOW_MS = 250

/** `log`: all stored lines, oldest first; with `follow` also new ones, until SIGINT or SIGTERM. */
export async function log(options: { json: boolean; follow: boolean } & SettingsPlace): Promise<number> {
  const store = await openAnyStore({ dir: options.dataDir, database: options.database, shared: true })
  const language = await languageOf(options)
  await loadLanguage(language)
  const printer = options.json ? jsonPrinter(store) : tablePrinter(store, language)
  await printer()
  if (options.follow) {
    const stopped = stopSignal()
    while (!(await stopped.within(FOLLOW_MS))) await printer()
  }
  await store.close()
  return 0
}

/** A line for other programs: exactly these keys (docs/architecture.md, "Commands"). */
export const jsonLine = (entry: LogEntry): string =>
  JSON.stringify({
    id: entry.id,
    time: new Date(entry.time).toISOString(),
    connection: entry.connection,
    conversation: entry.conversation,
    direction: entry.direction,
    state: entry.state,
    reason: entry.reason,
    text: entry.text,
    chatraMessageId: entry.chatraMessageId,
    planfixTaskId: entry.planfixTaskId,
    planfixCommentId: entry.planfixCommentId,
  })

/** Prints the lines added since the last call. */
type Printer = () => Promise<void>

function jsonPrinter(store: ApplicationStore): Printer {
  let place: LogPlace | null = null
  return async () => {
    for (;;) {
      const read = await store.logAfter(place, PAGE)
      const entries = read.lines
      place = read.place
      if (entries.length > 0) await print(`${entries.map(jsonLine).join('\n')}\n`)
      if (entries.length < PAGE) return
    }
  }
}

/** For people: events of connections and of the program are placed among the lines of messages, by time. */
function tablePrinter(store: ApplicationStore, language: Language): Printer {
  let place: LogPlace | null = null
  let afterEvent = 0
  let isFirst = true
  const width = process.stdout.isTTY ? process.stdout.columns : null
  return async () => {
    if (isFirst) await print(`${HEADING}\n`)
    isFirst = false
    const events: StoredEvent[] = []
    for (;;) {
      const more = await store.events(afterEvent, PAGE)
      events.push(...more)
      afterEvent = more.at(-1)?.id ?? afterEvent
      if (more.length < PAGE) break
    }
    const eventsUntil = async (time: number) => {
      while (events[0] && events[0].time <= time)
        await print(`${eventLine(await withClient(store, events.shift()!), language, width)}\n`)
    }
    for (;;) {
      const read = await store.logAfter(place, PAGE)
      const entries = read.lines
      place = read.place
      for (const entry of entries) {
        await eventsUntil(entry.time)
        await print(`${entryLine(entry, width)}\n`)
      }
      if (entries.length < PAGE) break
    }
    await eventsUntil(Number.POSITIVE_INFINITY)
  }
}

/** The log is readable even with an invalid configuration. */
async function languageOf(options: SettingsPlace): Promise<Language> {
  const loaded = await settingsOf(options).catch(() => null)
  return loaded?.ok ? loaded.value.language : 'en'
}

function stopSignal(): { within(ms: number): Promise<boolean> } {
  let stop: () => void = () => undefined
  const stopped = new Promise<boolean>((resolve) => {
    stop = () => resolve(true)
  })
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return {
    within: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), ms)
        void stopped.then(() => {
          clearTimeout(timer)
          resolve(true)
        })
      }),
  }
}
