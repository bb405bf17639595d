import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Report, Verdict } from '../diagnostics/check.ts'
import { examine } from '../diagnostics/doctor.ts'
import { environmentSecrets } from '../secrets/environment.ts'
import { loadConfiguration } from '../settings/config-file.ts'
import { createRedactor } from '../settings/redact.ts'
import { secretsIn } from '../settings/secrets-in.ts'
import { openStore, StoreInUseError } from '../store/index.ts'
import { lockFolder } from '../store/lock.ts'
import { questionsFor } from './doctor-context.ts'
import { print } from './output.ts'

/** `doctor`: 0 when nothing failed, 1 otherwise. Works with and without a running bridge; writes nothing anywhere. */
export async function doctor(options: {
  json: boolean
  dataDir: string
  config: string | undefined
}): Promise<number> {
  const { dataDir, json } = options
  const loaded = loadConfiguration(options.config, dataDir)
  const configuration = loaded.ok ? loaded.value : null
  const redact = createRedactor(...(configuration ? secretsIn(configuration, process.env) : []))
  const bridge = { isRunning: isRunning(dataDir), hooksUrl: await noted(dataDir) }
  const contexts = await Promise.all(
    (configuration?.connections ?? []).map((connection) =>
      questionsFor({
        connection,
        publicUrl: configuration?.publicUrl ?? null,
        secrets: environmentSecrets(process.env),
        bridge,
      }),
    ),
  )
  const program = {
    configuration: {
      path: loaded.path,
      problems: loaded.ok ? [] : loaded.problems,
      connections: contexts.length,
    },
    dataDir,
  }

  const reports: Report[] = []
  let connection: string | null = null
  for await (const report of examine(program, contexts)) {
    reports.push(report)
    if (json) continue
    if (report.connection !== connection) await print(`\nConnection ${report.connection}\n`)
    connection = report.connection
    await print(redact(inWords(report)))
  }
  await print(json ? `${redact(JSON.stringify(reports, null, 2))}\n` : `\n${summary(reports)}\n`)
  return reports.some(({ result }) => result === 'failed') ? 1 : 0
}

const MARKS: Record<Verdict, string> = { ok: ' ok ', warning: 'warn', failed: 'FAIL', skipped: ' -- ' }

function inWords({ id, title, result, detail, todo }: Report): string {
  const line = `[${MARKS[result]}] ${String(id).padStart(2)} ${title}: ${detail}\n`
  return todo === null ? line : `${line}          -> ${todo}\n`
}

function summary(reports: Report[]): string {
  const count = (verdict: Verdict) => reports.filter(({ result }) => result === verdict).length
  const counts = `${count('ok')} ok, ${count('warning')} warnings, ${count('failed')} failed, ${count('skipped')} skipped`
  return count('failed') > 0 ? `${counts}. Begin with the first that failed.` : counts
}

/** The running bridge holds the lock of its folder; the kernel lets it go with the process. */
function isRunning(dataDir: string): boolean {
  const path = join(dataDir, 'bridge.lock')
  if (!existsSync(path)) return false
  try {
    lockFolder(dataDir, path)()
    return false
  } catch (error) {
    return error instanceof StoreInUseError
  }
}

/** Where the bridge said last that its receiver listens. */
async function noted(dataDir: string): Promise<string | null> {
  try {
    const store = await openStore({ dir: dataDir, shared: true })
    const url = await store.fact<string>('', 'hooksUrl')
    await store.close()
    return url
  } catch {
    return null
  }
}
