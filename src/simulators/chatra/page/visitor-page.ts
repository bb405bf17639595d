import type { PageLanguage } from '../../common/page-language.ts'
import type { SimRequest, SimResponse } from '../../common/server.ts'
import { local } from '../local.ts'
import type { Account, Client } from '../state.ts'
import type { ChatraSwitches } from '../switches.ts'
import { readByVisitor } from '../text.ts'
import { visitorHtml } from './visitor-html.ts'

/**
 * GET /visitor (the page), /visitor/state (its content) and /files/… ; anything else is 404. Loopback only.
 */
export function visitorPage(
  account: Account,
  switches: ChatraSwitches,
  request: SimRequest,
  language: PageLanguage,
): SimResponse {
  const { method, path } = request
  if (!local(request)) return { status: 403, body: 'loopback only' }
  if (method !== 'GET') return { status: 404, body: 'not found' }
  if (path === '/visitor' || path === '/visitor/')
    return { status: 200, body: visitorHtml(language), headers: pageHeaders }
  if (path === '/visitor/state') return shownState(account, switches, request)
  const fileId = /^\/files\/([^/]+)/.exec(path)?.[1]
  const file = fileId === undefined ? undefined : account.files.get(fileId)
  if (!file) return { status: 404, body: 'not found' }
  const shown = /^image\/(png|jpeg|gif|webp)$/.test(file.type)
  const name = encodeURIComponent(file.name)
  return {
    status: 200,
    body: file.content,
    headers: {
      'content-type': /^[\w.+-]+\/[\w.+-]+$/.test(file.type) ? file.type : 'application/octet-stream',
      'content-length': String(file.content.length),
      'content-disposition': `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
      'x-content-type-options': 'nosniff',
    },
  }
}

const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'",
  'cache-control': 'no-store',
}

/** `?client=…&since=VERSION` returns only `{version}` when nothing has changed since. */
function shownState(account: Account, switches: ChatraSwitches, { query }: SimRequest): SimResponse {
  const client = account.clients.get(query.client ?? '')
  if (!client) return { status: 404, body: { error: 'no such client' } }
  if (query.since === String(client.version)) return { status: 200, body: { version: client.version } }
  return { status: 200, body: { version: client.version, ...shown(client, switches) } }
}

function shown(client: Client, switches: ChatraSwitches): object {
  return {
    clientId: client.id,
    chatId: client.chat.id,
    displayedName: client.basicInfo.name ?? client.generatedName,
    basicInfo: client.basicInfo,
    present: client.present,
    mailed: client.mailed.length,
    messages: client.messages
      .filter(({ type, deleted }) => type !== 'system' && !deleted)
      .map((message) => ({
        id: message.id,
        mine: message.type === 'client',
        name: message.agentName ?? null,
        text: message.type === 'agent' ? readByVisitor(switches, message.text) : message.text,
        time: message.createdAt,
        edited: message.editedAt !== null,
        automatic: message.origin === 'pushed',
        file: message.file
          ? { url: message.file.url, isImage: message.file.type.startsWith('image/') }
          : null,
      })),
  }
}
