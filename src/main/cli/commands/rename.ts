import { openAnyStore } from '../../runtime/any-store.ts'
import { complain, print } from '../output.ts'
import { type SettingsPlace, settingsOf } from '../settings-of.ts'

/**
 * `rename OLD NEW`: 0 when all data belongs to NEW, 1 when that is impossible. The bridge must be stopped.
 */
export async function rename(options: { from: string; to: string } & SettingsPlace): Promise<number> {
  const { from, to } = options
  const store = await openAnyStore({
    dir: options.dataDir,
    database: options.database,
    mustExist: true,
    onEvent: ({ key }) => complain(`${key}\n`),
  })
  try {
    const renamed = await store.renameConnection(from, to)
    if (renamed.answer === 'not-found') {
      complain(`Nothing is stored of a connection "${from}".\n`)
      return 1
    }
    if (renamed.answer === 'collides') {
      complain(`"${to}" has ${renamed.what} as well as "${from}": nothing was changed.\n`)
      return 1
    }
    const { conversations, messages } = renamed
    await print(`"${from}" is "${to}" now: ${conversations} conversations, ${messages} messages.\n`)
    await print(await hint(options))
    return 0
  } finally {
    await store.close()
  }
}

async function hint({ to, ...place }: { to: string } & SettingsPlace): Promise<string> {
  const loaded = await settingsOf(place)
  if (loaded.ok && loaded.value.connections.some(({ id }) => id === to)) return ''
  return `The configuration has no connection "${to}" yet: give it this id, and put its keys where "doctor" says.\n`
}
