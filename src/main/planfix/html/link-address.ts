/** Addresses of links, as far as a client can follow them. */

/** Schemes that point into the page, the computer or the letter itself, or that run code. */
const NOWHERE = new Set(
  'javascript vbscript data blob file filesystem about cid mid resource chrome view-source ms-settings res'.split(
    ' ',
  ),
)
/** In practice a scheme's name contains no full stop; a host name before a port does. */
const SCHEME = /^([a-z][a-z0-9+-]*):/i

/** The account's own addresses, which need a login. Hosts in lower case, with the port if there is one. */
export type OwnHosts = ReadonlySet<string>

/**
 * The address of a link or a picture as a client can use it: web, e-mail, telephone, messenger. Empty for
 * relative addresses, which lead into Planfix, and for unusable ones. White space in it is treated as
 * browsers do.
 */
export function addressIn(attribute: string | undefined): string {
  const address = (attribute ?? '').trim().replace(/[\t\r\n]/g, '')
  if (/^\/\/[^/]/.test(address)) return `https:${address.replace(/\s/g, '%20')}`
  const scheme = SCHEME.exec(address)?.[1]?.toLowerCase()
  if (scheme === undefined || NOWHERE.has(scheme)) return ''
  if ((scheme === 'http' || scheme === 'https') && !/^https?:\/\//i.test(address)) return ''
  return address.length > scheme.length + 1 ? address.replace(/\s/g, '%20') : ''
}

/** Address as written in a text: e-mail addresses and telephone numbers need no scheme. */
export function written(address: string): string {
  if (/^tel:/i.test(address)) return decoded(address.slice(4))
  return /^mailto:/i.test(address) ? decoded(address.slice(7).split('?', 1)[0] ?? '') : address
}

/**
 * `https://Example.com/` and `example.com` look the same to a reader, as does a number with any grouping.
 */
export function isSameToReader(text: string, address: string): boolean {
  if (/^tel:/i.test(address)) return digits(text) === digits(written(address))
  return bare(text) === bare(written(address))
}

const digits = (text: string) => text.replace(/[^\d\p{L}]/gu, '')
const bare = (address: string) =>
  address
    .trim()
    .replace(/^(https?:\/\/|mailto:|tel:)/i, '')
    .replace(/\/$/, '')
    .toLowerCase()

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** True if it needs a Planfix login: a file, a picture, a page of the account. */
export function needsLogin(address: string, hosts: OwnHosts): boolean {
  const url = URL.parse(address)
  if (!url) return false
  if (url.searchParams.has('uniqueid') || /^getfile$/i.test(url.searchParams.get('action') ?? '')) return true
  return isOwn(url, hosts) && (INSIDE.test(url.pathname) || url.searchParams.has('action'))
}
const INSIDE = /^\/(rest\/|api\/)?(task|user|employee|contact|company|project|file|comment)s?\/\d/i

/** On a host of the account, or of Planfix itself: a picture there is not public. */
export function isOnOwnHost(address: string, hosts: OwnHosts): boolean {
  const url = URL.parse(address)
  return url !== null && isOwn(url, hosts)
}

const isOwn = ({ host, hostname }: URL, hosts: OwnHosts) =>
  hosts.has(host) || /(^|\.)planfix\.(com|ru)$/.test(hostname)

/** The file number in an address of Planfix; null when there is none. */
export function fileNumberIn(address: string): number | null {
  const url = URL.parse(address, 'https://account.invalid/')
  if (!url) return null
  const named = ['uniqueid', 'fileid', 'id'].map((key) => url.searchParams.get(key)).find((one) => one)
  const number = named ?? /\/files?\/(\d+)/i.exec(url.pathname)?.[1] ?? ''
  return /^\d{1,15}$/.test(number) ? Number(number) : null
}
