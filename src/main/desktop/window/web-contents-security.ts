import type { App, Session, Shell, WebContents } from 'electron'
import type { Log } from '../../runtime/application.ts'
import { externalLink } from './external-links.ts'
import { isOurs } from './renderer-protocol.ts'

export interface GuardOptions {
  app: Pick<App, 'on'>
  session: Pick<
    Session,
    'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
  >
  shell: Pick<Shell, 'openExternal'>
  log: Log
  /** A page requested one of our own pages in a new window. */
  show(url: string): void
}

/** Our own page may copy; all other permissions are refused. */
const GRANTED = 'clipboard-sanitized-write'

/**
 * Restrictions of every window: no navigation elsewhere, no other windows, no webviews, no device access.
 */
export function secureWebContents({ app, session, shell, log, show }: GuardOptions): void {
  session.setPermissionRequestHandler((contents, permission, answer, { requestingUrl, isMainFrame }) =>
    answer(permission === GRANTED && isMainFrame && isOurs(requestingUrl) && isOurs(contents.getURL())),
  )
  session.setPermissionCheckHandler(
    (contents, permission, _origin, { isMainFrame }) =>
      permission === GRANTED && isMainFrame && contents !== null && isOurs(contents.getURL()),
  )
  session.setDevicePermissionHandler(() => false)
  app.on('web-contents-created', (_event, contents) => guard(contents))

  function guard(contents: WebContents): void {
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.on('will-navigate', (event) => stay(event, event.url))
    contents.on('will-frame-navigate', (event) => stay(event, event.url))
    contents.on('will-redirect', (event) => stay(event, event.url))
    contents.setWindowOpenHandler(({ url }) => {
      if (isOurs(url)) show(url)
      else open(url)
      return { action: 'deny' }
    })
  }

  function stay(event: { preventDefault(): void }, url: string): void {
    if (isOurs(url)) return
    event.preventDefault()
    log.warn({ to: schemeOf(url) }, 'the window was kept from going elsewhere')
  }

  function open(url: string): void {
    const link = externalLink(url)
    if (link === null) {
      log.warn({ to: schemeOf(url) }, 'a link that is not of the web was refused')
      return
    }
    shell
      .openExternal(link)
      .catch((error: unknown) => log.warn({ error: String(error) }, 'the system could not open a link'))
  }
}

/** The rest of an address may contain secrets. */
const schemeOf = (url: string): string => (URL.canParse(url) ? new URL(url).protocol : 'nowhere')
