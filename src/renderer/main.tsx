import './zod-csp.ts'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './global.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { createClient } from './client/client.ts'
import { httpTransport } from './client/http-transport.ts'
import { windowTransport } from './client/window-transport.ts'

// A key that is not valid any more stays in the address; it is of no use there.
const address = new URL(location.href)
if (address.searchParams.has('token')) {
  address.searchParams.delete('token')
  history.replaceState(null, '', address)
}

// A link opened in a new tab carries its filters behind the route; the pages look for them in front of it.
const [route, filters] = location.hash.split('?')
if (filters !== undefined) history.replaceState(null, '', `?${filters}${route}`)

const bridge = createClient(window.bridge ? windowTransport(window.bridge) : httpTransport())

createRoot(document.getElementById('root')!).render(<App bridge={bridge} />)
