import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationTables } from '../store-postgres/index.ts'
import { print } from './output.ts'

interface Content {
  connections?: { id?: unknown }[]
}

/** The settings that are in a database, with their webhook secrets; null: there are none. Throws StoreError `sealed`. */
export async function settingsIn(database: string, masterKeys: readonly Buffer[]): Promise<Content | null> {
  const tables = await ConfigurationTables.open(database, masterKeys, { onlyReads: true })
  if (tables === null) return null
  try {
    const content = (await tables.read())?.content as Content
    const secrets = await tables.secrets()
    const connections = content.connections?.map((one) => {
      const webhookSecret = secrets.get(`${one.id}/WEBHOOK_SECRET`)
      return webhookSecret === undefined ? one : { ...one, webhookSecret }
    })
    return connections === undefined ? content : { ...content, connections }
  } finally {
    await tables.close()
  }
}

/** They go with the data. A file that is there is set aside. */
export async function writeSettings(settings: Content, dir: string): Promise<void> {
  const path = join(dir, 'config.json')
  const text = `${JSON.stringify(settings, null, 2)}\n`
  if (existsSync(path)) {
    if (readFileSync(path, 'utf8') === text) return
    renameSync(path, join(dir, `config.replaced-${new Date().toISOString().replace(/[:.]/g, '-')}.json`))
  }
  writeFileSync(path, text, { mode: 0o600, flush: true })
  await print(
    `The settings of the database are in ${path}. Keys and tokens that it has sealed stay there: give them again.\n`,
  )
}
