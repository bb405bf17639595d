import type { CustomScheme, Protocol } from 'electron'
import { createAssets } from '../../renderer-assets/assets.ts'
import { documentOf, HEADERS } from '../../renderer-assets/document.ts'
import { isPage } from '../ipc.ts'

/** The origin of the interface on the desktop, which no site and no file shares. */
export const PAGE = 'bridge://app/'
/** The address of a page of the interface, e.g. `/conversation/5`. */
export const pageAt = (route: string): string => `${PAGE}#${route}`
export const isOurs = isPage(PAGE)

/**
 * Must be registered before Electron is ready. Like https, and without a bypass of the content security
 * policy.
 */
export const PAGE_SCHEME: CustomScheme = {
  scheme: 'bridge',
  privileges: { standard: true, secure: true, supportFetchAPI: true },
}

/** Serves the built interface, and no other file, under PAGE. */
export function servePage(protocol: Pick<Protocol, 'handle'>, folder?: string): void {
  const asset = createAssets(folder)
  protocol.handle('bridge', async ({ url, method }) => {
    const { host, pathname } = new URL(url)
    const found = method === 'GET' && host === 'app' ? await asset(pathname) : null
    if (found === null) return new Response('not found', { status: 404, headers: HEADERS })
    const type = { ...HEADERS, 'content-type': found.type }
    if (!found.type.startsWith('text/html')) {
      return new Response(new Uint8Array(found.body), { headers: { ...type, 'cache-control': 'no-cache' } })
    }
    // Calls and events use the preload: the page itself makes no connections.
    const { html, policy } = documentOf(found.body, "'none'")
    return new Response(html, {
      headers: { ...type, 'content-security-policy': policy, 'cache-control': 'no-store' },
    })
  })
}
