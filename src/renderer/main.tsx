import './zod-csp.ts'
import './theme/mantine-styles.ts'
import '@mantine/notifications/styles.css'
import './global.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { askAccess } from './client/access.tsx'
import { createClient } from './client/client.ts'
import { httpTransport } from './client/http-transport.ts'
import { windowTransport } from './client/window-transport.ts'
import { firstLanguage } from './i18n.tsx'
import { loadLanguage } from './texts.ts'

// An invalid key stays in the address; it has no use there.
const address = new URL(location.href)
if (address.searchParams.has('token')) {
  address.searchParams.delete('token')
  history.replaceState(null, '', address)
}

// A link opened in a new tab, or by a notification, has its filters after the route; the pages read them before it.
const moveFilters = () => {
  const [route, filters] = location.hash.split('?')
  if (filters !== undefined) history.replaceState(null, '', `?${filters}${route}`)
}
moveFilters()
window.addEventListener('hashchange', moveFilters, { capture: true })

const bridge = createClient(window.bridge ? windowTransport(window.bridge) : httpTransport())
// The bridge answers while the texts come.
const access = askAccess(bridge)

await loadLanguage(firstLanguage())
createRoot(document.getElementById('root')!).render(<App bridge={bridge} access={access} />)
