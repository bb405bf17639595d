import type { Words } from '../../../shared/api/answer.ts'
import type { Configuration } from '../../../shared/config.ts'
import { translateAny } from '../../../shared/i18n/index.ts'
import { errorMessage } from '../../../shared/node-errors.ts'
import type { Report, Verdict } from '../../diagnostics/check.ts'
import { examine } from '../../diagnostics/doctor.ts'
import { type Probed, probedOf } from '../../engine/index.ts'
import { hostFact, hostNameIn } from '../../hosting/host-facts.ts'
import { publicAddressProbes } from '../../ingress/diagnostics-probes.ts'
import { type StoredAddress, storedAddress } from '../../ingress/stored-address.ts'
import { foregroundClock } from '../../process/clock.ts'
import { openAnyStore } from '../../runtime/any-store.ts'
import { storedTimes } from '../../runtime/last-webhooks.ts'
import { orphanedIn } from '../../runtime/maintenance/orphaned-connections.ts'
import { probesFor } from '../../runtime/monitoring/diagnostics-probes.ts'
import { createRedactor } from '../../settings/redact.ts'
import { secretsIn } from '../../settings/secrets-in.ts'
import type { ApplicationStore, OrphanedConnection } from '../../store/index.ts'
import { complain, print } from '../output.ts'
import { type DataPlace, isRunning, ownOrStored } from '../running.ts'
import { type SettingsPlace, settingsOf } from '../settings-of.ts'
import { secretsOf, withWebhookSecrets } from './secrets.ts'

/** `doctor`: 0 when nothing failed, 1 otherwise. Works with and without a running bridge; writes nothing anywhere. */
export async function doctor(options: { json: boolean } & SettingsPlace): Promise<number> {
  const { dataDir, database = null, json } = options
  const loaded = await settingsOf(options)
  const redact = createRedactor(...(loaded.ok ? secretsIn(loaded.value, process.env) : []))
  const secrets = await secretsOf(options, (secret) => redact.add(secret))
  const configuration = loaded.ok ? await withWebhookSecrets(loaded.value, secrets) : null
  const { hooksUrl, address, leftBehind, mailedTwice, chatCalledAt, probed } = await noted(
    { dataDir, database },
    configuration,
  )
  const bridge = { isRunning: await isRunning({ dataDir, database }), hooksUrl }
  const questions = await Promise.all(
    (configuration?.connections ?? []).map((connection) =>
      probesFor({
        connection,
        publicUrl: configuration && ownOrStored(configuration, address),
        secrets,
        inEnvironment: secrets.keychain === undefined,
        bridge,
        mailedTwice: mailedTwice?.get(connection.id) ?? null,
        chatCalledAt: chatCalledAt?.get(connection.id) ?? null,
        probed: probed?.get(connection.id) ?? null,
        clock: foregroundClock,
      }),
    ),
  )
  const program = {
    configuration: {
      path: loaded.path,
      problems: loaded.ok ? [] : loaded.problems,
      connections: questions.length,
    },
    dataDir,
    keychain: secrets.keychain,
    publicAddress: await publicAddressProbes({
      configuration,
      secrets,
      state: bridge.isRunning ? (address?.state ?? null) : null,
      now: Date.now(),
    }),
    leftBehind,
  }

  const reports: EnglishReport[] = []
  let connection: string | null = null
  const contexts = questions.map(({ context }) => context)
  for await (const found of examine(program, contexts)) {
    const report = inEnglish(found)
    reports.push(report)
    if (json) continue
    if (report.connection !== connection) await print(`\nConnection ${report.connection}\n`)
    connection = report.connection
    await print(redact(inWords(report)))
  }
  for (const { close } of questions) close()
  await print(json ? `${redact(JSON.stringify(reports, null, 2))}\n` : `\n${summary(reports)}\n`)
  return reports.some(({ result }) => result === 'failed') ? 1 : 0
}

/** The command line is in English, as its other output. */
interface EnglishReport {
  id: number
  connection: string | null
  title: string
  result: Verdict
  detail: string
  todo: string | null
}

function inEnglish({ id, connection, title, result, detail, todo }: Report): EnglishReport {
  const words = ({ key, params }: Words) => translateAny('en', key, params)
  return {
    id,
    connection,
    title: words(title),
    result,
    detail: words(detail),
    todo: todo && words(todo),
  }
}

const MARKS: Record<Verdict, string> = { ok: ' ok ', warning: 'warn', failed: 'FAIL', skipped: ' -- ' }

function inWords({ id, title, result, detail, todo }: EnglishReport): string {
  const line = `[${MARKS[result]}] ${String(id).padStart(2)} ${title}: ${detail}\n`
  return todo === null ? line : `${line}          -> ${todo}\n`
}

function summary(reports: EnglishReport[]): string {
  const count = (verdict: Verdict) => reports.filter(({ result }) => result === verdict).length
  const counts = `${count('ok')} ok, ${count('warning')} warnings, ${count('failed')} failed, ${count('skipped')} skipped`
  return count('failed') > 0 ? `${counts}. Begin with the first that failed.` : counts
}

interface Noted {
  hooksUrl: string | null
  address: StoredAddress | null
  leftBehind?: OrphanedConnection[]
  /** By connection. */
  mailedTwice?: Map<string, number>
  /** By connection. */
  chatCalledAt?: Map<string, number | null>
  /** By connection. */
  probed?: Map<string, Probed | null>
}

/**
 * The last known address of the bridge's receiver, its public address, and the stored connections that are
 * not configured.
 */
async function noted(
  { dataDir: dir, database }: DataPlace,
  configuration: Configuration | null,
): Promise<Noted> {
  try {
    const store = await openAnyStore({ dir, database, shared: true })
    const known = configuration?.connections.map(({ id }) => id)
    const found: Noted = {
      hooksUrl: await store.fact<string>(
        '',
        hostFact('hooksUrl', database !== null, hostNameIn(process.env)),
      ),
      address: await storedAddress(store),
      ...(known && {
        leftBehind: await orphanedIn(store, known, Date.now()),
        mailedTwice: await mailedIn(store, known),
        chatCalledAt: await chatCallsIn(store, known),
        probed: await probesIn(store, configuration?.connections ?? []),
      }),
    }
    await store.close()
    return found
  } catch (error) {
    if (database !== null) complain(`The database cannot be read: ${errorMessage(error)}\n`)
    return { hooksUrl: null, address: null }
  }
}

async function mailedIn(store: ApplicationStore, ids: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const id of ids) counts.set(id, await store.clientsMailedTwice(id))
  return counts
}

async function chatCallsIn(
  store: ApplicationStore,
  ids: readonly string[],
): Promise<Map<string, number | null>> {
  const times = new Map<string, number | null>()
  for (const id of ids) times.set(id, (await storedTimes(store, id))['planfix-chat'])
  return times
}

async function probesIn(
  store: ApplicationStore,
  connections: Configuration['connections'],
): Promise<Map<string, Probed | null>> {
  const probes = new Map<string, Probed | null>()
  for (const one of connections) probes.set(one.id, await probedOf(store, one))
  return probes
}
