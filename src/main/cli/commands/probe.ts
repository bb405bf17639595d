import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import packageFile from '../../../../package.json' with { type: 'json' }
import type { Configuration, Connection } from '../../../shared/config.ts'
import { loadLanguage } from '../../../shared/i18n/index.ts'
import { errorMessage } from '../../../shared/node-errors.ts'
import { learnedFrom } from '../../diagnostics/probe/learned.ts'
import { questions } from '../../diagnostics/probe/questions/index.ts'
import { probeReport } from '../../diagnostics/probe/report.ts'
import { type Probing, probe } from '../../diagnostics/probe/runner.ts'
import { probedOf } from '../../engine/index.ts'
import { storedAddress } from '../../ingress/stored-address.ts'
import { foregroundClock } from '../../process/clock.ts'
import { openAnyStore } from '../../runtime/any-store.ts'
import { probeAccess } from '../../runtime/monitoring/probe-access.ts'
import type { ApplicationStore } from '../../store/index.ts'
import { complain, print } from '../output.ts'
import { findingsTable, leftInWords, notAskedTable } from '../probe-table.ts'
import { isRunning, ownOrStored } from '../running.ts'
import { type SettingsPlace, settingsOf } from '../settings-of.ts'
import { terminal as realTerminal, type Terminal } from '../terminal.ts'
import { type SecretsHere, secretsOf } from './secrets.ts'

export interface ProbeOptions extends SettingsPlace {
  json: boolean
  yes: boolean
  connection: string | undefined
}

/**
 * `doctor --probe`: asks the accounts what no documentation says, with a test task of its own, remembers the answers and
 * writes a report. Works beside the running bridge. 0 asked and cleaned up, 1 not done or something is left, 2 usage or
 * configuration error.
 */
export async function probeAccounts(
  options: ProbeOptions,
  terminal: Terminal = realTerminal,
): Promise<number> {
  const { dataDir, database = null, json, yes } = options
  const loaded = await settingsOf(options)
  if (!loaded.ok) {
    complain(`The configuration is wrong: ${loaded.problems.join('; ')}\n`)
    return 2
  }
  const chosen = loaded.value.connections.filter(
    ({ id, enabled }) => enabled && (options.connection === undefined || id === options.connection),
  )
  if (chosen.length === 0) {
    complain('There is no such connection that is switched on.\n')
    return 1
  }
  if (!yes && !terminal.isThere) {
    complain('The probe writes into Planfix and asks first: run it in a terminal, or with --yes.\n')
    return 2
  }
  const store = await openAnyStore({ dir: dataDir, database, shared: true })
  const ending = endOnSignal()
  try {
    const tell = json ? async (text: string) => complain(text) : print
    await tell(planInWords(chosen))
    if (!yes && !(await agreed(terminal, ending.signal))) {
      await tell('Nothing was done.\n')
      return 1
    }
    const results: { connection: Connection; probing: Probing }[] = []
    const context = { ...options, database, store, configuration: loaded.value, signal: ending.signal, tell }
    const secrets = await secretsOf(options, () => undefined)
    for (const connection of chosen) {
      if (ending.signal.aborted) break
      const probing = await probeOne(connection, secrets, { ...context, terminal: yes ? null : terminal })
      results.push({ connection, probing })
      if (!json) await print(resultInWords(connection, probing))
    }
    const report = probeReport(
      {
        version: packageFile.version,
        at: Date.now(),
        platform: process.platform,
        node: process.versions.node,
      },
      results.map(({ connection, probing }) => ({ mode: connection.planfix.channel.mode, probing })),
    )
    const text = `${JSON.stringify(report, null, 2)}\n`
    const path = join(dataDir, `probe-report-${fileTime(new Date())}.json`)
    if (json) await print(text)
    else await print(`\n${notAskedTable(process.stdout.columns ?? 0)}\n`)
    await tell(kept(path, text))
    return results.every(({ probing }) => isClean(probing)) ? 0 : 1
  } finally {
    ending.release()
    await store.close()
  }
}

async function probeOne(
  connection: Connection,
  secrets: SecretsHere,
  context: {
    dataDir: string
    database: string | null
    configuration: Configuration
    store: ApplicationStore
    signal: AbortSignal
    /** Null: nobody is asked. */
    terminal: Terminal | null
    tell(text: string): Promise<void>
  },
): Promise<Probing> {
  const { store, configuration, signal, tell } = context
  const running = await isRunning(context)
  await loadLanguage(configuration.language)
  const access = await probeAccess({
    connection,
    language: configuration.language,
    secrets,
    store,
    clock: foregroundClock,
    publicUrl: running ? ownOrStored(configuration, await storedAddress(store)) : null,
    isRunning: running,
    byHand: (taskId) =>
      context.terminal === null
        ? Promise.resolve(false)
        : askForReply(context.terminal, `${connection.planfix.webUrl}/task/${taskId}`, signal),
    progress: (done, total) => {
      if (process.stderr.isTTY) complain(`\r${connection.id}: ${done} of ${total} `)
    },
  })
  try {
    const probing = await probe({ ...access, signal })
    if (process.stderr.isTTY) complain('\r')
    const { id, planfix } = connection
    const about = { connectionId: id, baseUrl: planfix.baseUrl, at: Date.now(), version: packageFile.version }
    const before = await probedOf(store, connection)
    const hasAnswers = probing.findings.some(({ position }) => position !== null)
    if (hasAnswers) await store.commit(learnedFrom(probing, { ...about, before }))
    return probing
  } catch (error) {
    await tell('The probe broke. What it left is cleaned up by the next one.\n')
    throw error
  } finally {
    access.close()
  }
}

/** Something was asked, and no task is left open; comments that the token may not delete are only told. */
const isClean = ({ left, findings }: Probing): boolean =>
  !left.tasks.some(({ isOpen }) => isOpen) &&
  findings.some(({ question, position }) => question.needs === 'task' && position !== null)

function planInWords(connections: readonly Connection[]): string {
  const lines = connections.map(
    ({ id, planfix }) =>
      `  ${id}: ${planfix.webUrl}, task template ${planfix.taskTemplateId ?? 'none'}, contact template ${planfix.contactTemplateId ?? 'none'}`,
  )
  return `The probe asks Planfix ${questions.length} questions that no documentation answers. For that it writes:

- a test contact without e-mail and phone, and a test task by your template with about twenty comments;
- with a token of Planfix's API for chats, also a test chat: a contact, a task and about ten messages.

It touches no other task or contact, and sends nothing to Chatra or to a client. Employees of the template may be
notified of the test task, and your scenarios for new tasks and comments may run. Afterwards it deletes its comments
and completes its tasks; the test contacts stay, since Planfix lets no program delete them. It takes about five minutes
and about 120 requests of the day.

${lines.join('\n')}

`
}

function resultInWords(connection: Connection, probing: Probing): string {
  const { findings, requests } = probing
  const found = findings.filter(({ position }) => position !== null).length
  return `\nConnection ${connection.id}: ${found} of ${findings.length} questions answered, ${requests} requests\n
${findingsTable(findings, process.stdout.columns ?? 0)}
${leftInWords(probing, connection.planfix.webUrl)}Answers are remembered. What concerns the list of changes, the zone and the count of requests is used from the next
start on, everything else at once.\n`
}

async function agreed(terminal: Terminal, signal: AbortSignal): Promise<boolean> {
  const answer = await terminal.ask('Go on? [y/N] ', signal)
  return /^y(es)?$/i.test(answer?.trim() ?? '')
}

/** True when the owner may have written the comment. */
async function askForReply(terminal: Terminal, address: string, signal: AbortSignal): Promise<boolean> {
  const answer = await terminal.ask(
    `\nWrite a comment by hand now: open ${address}, notify the test contact in it, and send it.\nThen press Enter; type n to leave these questions out: `,
    signal,
  )
  return answer !== null && !/^n/i.test(answer.trim())
}

/** Ctrl+C ends the questions; the cleaning up still runs. A second one ends the program. */
function endOnSignal(): { signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  const end = () => {
    complain('\nEnding: what was written is cleaned up.\n')
    controller.abort()
    release()
  }
  const release = () => {
    process.off('SIGINT', end)
    process.off('SIGTERM', end)
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  return { signal: controller.signal, release }
}

/** Writes the report; says where it is. */
function kept(path: string, text: string): string {
  try {
    writeFileSync(path, text, { mode: 0o600 })
  } catch (error) {
    return `The report could not be written: ${errorMessage(error)}\n`
  }
  return `The report is in ${path}. It holds no names, texts, addresses, tokens or numbers of your accounts.\n`
}

/** `2026-11-22-1015`, local time. */
function fileTime(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16).replace('T', '-').replace(':', '')
}
