/** Where a text leads to, as far as a client can follow it. */

/** They lead into the page, the computer or the letter that they stand in, or run something. */
const NOWHERE = new Set(
  'javascript vbscript data blob file filesystem about cid mid resource chrome view-source ms-settings res'.split(
    ' ',
  ),
)
/** A name of a scheme has no full stop in practice; that of a host in front of a port has. */
const SCHEME = /^([a-z][a-z0-9+-]*):/i

/** The account's own addresses, which nobody opens without signing in. Hosts in lower case, with the port where one is named. */
export type OwnHosts = ReadonlySet<string>

/**
 * The address of a link or a picture as a client can use it: of the web, of a letter, a telephone, a messenger. Empty for
 * relative ones, which lead into Planfix, and for those that lead nowhere. Blanks in it are dealt with as browsers do.
 */
export function addressIn(attribute: string | undefined): string {
  const address = (attribute ?? '').trim().replace(/[\t\r\n]/g, '')
  if (/^\/\/[^/]/.test(address)) return `https:${address.replace(/\s/g, '%20')}`
  const scheme = SCHEME.exec(address)?.[1]?.toLowerCase()
  if (scheme === undefined || NOWHERE.has(scheme)) return ''
  if ((scheme === 'http' || scheme === 'https') && !/^https?:\/\//i.test(address)) return ''
  return address.length > scheme.length + 1 ? address.replace(/\s/g, '%20') : ''
}

/** How an address is written in a text: letters and calls need no scheme. */
export function written(address: string): string {
  if (/^tel:/i.test(address)) return decoded(address.slice(4))
  return /^mailto:/i.test(address) ? decoded(address.slice(7).split('?', 1)[0] ?? '') : address
}

/** `https://Example.com/` and `example.com` are the same to a reader, and so is a number however it is grouped. */
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

/** Only who is signed in to Planfix gets what is there: a file, a picture, a page of the account. */
export function needsLogin(address: string, hosts: OwnHosts): boolean {
  const url = URL.parse(address)
  if (!url) return false
  if (url.searchParams.has('uniqueid') || /^getfile$/i.test(url.searchParams.get('action') ?? '')) return true
  return isOwn(url, hosts) && (INSIDE.test(url.pathname) || url.searchParams.has('action'))
}
const INSIDE = /^\/(rest\/|api\/)?(task|user|employee|contact|company|project|file|comment)s?\/\d/i

/** On a host of the account, or of Planfix itself: what is shown there as a picture is not for strangers. */
export function isOnOwnHost(address: string, hosts: OwnHosts): boolean {
  const url = URL.parse(address)
  return url !== null && isOwn(url, hosts)
}

const isOwn = ({ host, hostname }: URL, hosts: OwnHosts) =>
  hosts.has(host) || /(^|\.)planfix\.(com|ru)$/.test(hostname)

/** The number of a file in an address of Planfix; null when it names none. */
export function fileNumberIn(address: string): number | null {
  const url = URL.parse(address, 'https://account.invalid/')
  if (!url) return null
  const named = ['uniqueid', 'fileid', 'id'].map((key) => url.searchParams.get(key)).find((one) => one)
  const number = named ?? /\/files?\/(\d+)/i.exec(url.pathname)?.[1] ?? ''
  return /^\d{1,15}$/.test(number) ? Number(number) : null
}
