import { systemClock } from '../../../src/main/process/clock.ts'
import { openStore } from '../../../src/main/store/index.ts'
import { relayInbox } from '../../../src/main/tunnel/relay/inbox.ts'
import { createRelayProvider } from '../../../src/main/tunnel/relay/provider.ts'

/** A desktop as its own process, with the bridge's real store: `node desktop.ts URL KEY FOLDER SECRET`. */
const [url = '', key = '', dir = '', secret = ''] = process.argv.slice(2)
const store = await openStore({ dir })
const provider = createRelayProvider({
  url,
  key: async () => key,
  connections: () => [{ id: 'shop', secret }],
  inbox: (relay) => relayInbox(store, relay, () => undefined),
  clock: systemClock,
})
const stop = async () => {
  await provider.stop()
  await store.close()
  process.exit(0)
}
process.on('SIGTERM', () => void stop())
process.on('disconnect', () => void stop())
process.stdout.write('{"event":"ready"}\n')
while (!(await provider.start({ host: '127.0.0.1', port: 9 }, () => undefined)).ok) {
  await new Promise((resolve) => setTimeout(resolve, 50))
}
