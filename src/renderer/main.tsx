import './no-eval.ts'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './global.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { createBridge } from './bridge/bridge.ts'
import { httpTransport } from './bridge/http-transport.ts'
import { windowTransport } from './bridge/window-transport.ts'

// A key that is not valid any more stays in the address; it is of no use there.
if (location.search !== '') history.replaceState(null, '', `${location.pathname}${location.hash}`)

const bridge = createBridge(window.bridge ? windowTransport(window.bridge) : httpTransport())

createRoot(document.getElementById('root')!).render(<App bridge={bridge} />)
