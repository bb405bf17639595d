import { addressIn, fileNumberIn, isOnOwnHost, needsLogin, type OwnHosts } from './link-address.ts'

/** Context of a comment's HTML. */
export interface MediaContext {
  /** The comment's files: a picture in the text that is one of them is sent as a file. */
  files: readonly { id: number; name: string }[]
  hosts: OwnHosts
}
export const NO_MEDIA: MediaContext = { files: [], hosts: new Set() }

/** How a picture, a film or a file in the text reaches the client. */
export type Shown =
  | { as: 'text'; text: string }
  | { as: 'address'; address: string }
  /** It is sent with the comment's files, or it is invisible. */
  | { as: 'nothing' }
  /** It needs a Planfix account. `name` is empty when unknown. */
  | { as: 'lost'; name: string }

type Attributes = Readonly<Record<string, string>>
const NOTHING: Shown = { as: 'nothing' }

/** A picture: a smiley becomes its text, a web picture its address. */
export function pictureIn(attributes: Attributes, around: MediaContext): Shown {
  const smiley = smileyIn(attributes)
  if (smiley !== null) return { as: 'text', text: smiley }
  const source = (attributes.src ?? '').trim()
  if (source === '' || isDot(attributes)) return NOTHING
  const address = addressIn(source)
  const isOpen = /^https?:/i.test(address) && !needsLogin(address, around.hosts)
  if (isOpen && !isOnOwnHost(address, around.hosts)) return { as: 'address', address }
  // Pictures drawn by the editor itself are small, or smileys without text, and no files.
  const isDrawn = isSmall(attributes) || (!/^data:/i.test(source) && /smil|emoji|emoticon/i.test(source))
  if (fileNumberIn(source) === null && isDrawn) return NOTHING
  return fromFiles(source, nameOf(attributes), around)
}

/** A linked file that needs a login; null for any other link. */
export function linkedFile(href: string | undefined, text: string, around: MediaContext): Shown | null {
  const source = (href ?? '').trim()
  const address = addressIn(source) || URL.parse(source, 'https://account.planfix.com/')?.href || ''
  if (!/[?&](uniqueid=|action=getfile)/i.test(source) && !/\/files?\/\d+/.test(source)) return null
  if (!needsLogin(address, around.hosts)) return null
  return fromFiles(source, text, around)
}

/** Media or a frame: the address where it can be seen. */
export function mediaIn(attributes: Attributes, around: MediaContext): Shown {
  const source = (attributes.src ?? attributes.data ?? attributes.url ?? '').trim()
  if (source === '' || isDot(attributes) || /^(about:|javascript:)/i.test(source)) return NOTHING
  const address = addressIn(source)
  const isOpen = /^https?:/i.test(address) && !isOnOwnHost(address, around.hosts)
  return isOpen
    ? { as: 'address', address: watchAddress(address) }
    : fromFiles(source, nameOf(attributes), around)
}

function fromFiles(source: string, name: string, { files }: MediaContext): Shown {
  const id = fileNumberIn(source)
  const isThere = files.some((file) => file.id === id || (name !== '' && isSameName(file.name, name)))
  return isThere ? NOTHING : { as: 'lost', name }
}
const isSameName = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase()
const nameOf = ({ alt, title }: Attributes): string => (alt ?? title ?? '').trim().slice(0, 100)

const LONGEST_SMILEY = 20

/** The text of a smiley that is drawn as a picture; null for other pictures. */
function smileyIn({ alt, title, src, class: classes }: Attributes): string | null {
  const words = [alt, title].map((text) => (text ?? '').trim()).filter((text) => text !== '')
  const isNamed = /smil|emoji|emoticon/i.test(
    `${classes ?? ''} ${/^data:/i.test(src ?? '') ? '' : (src ?? '')}`,
  )
  const short = words.filter((text) => text.length <= LONGEST_SMILEY)
  return short.find(isEmoticon) ?? (isNamed ? (short[0] ?? null) : null)
}

/** `:)`, `<3`, `:smile:`, `(y)`, `XD`, an emoji; not `photo`, `1.png`, `IMG 12`. */
function isEmoticon(text: string): boolean {
  if (/\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(text)) return !/[\p{L}\d]{3}/u.test(text)
  if (/^:[a-z0-9_+-]+:$/i.test(text)) return true
  return /^(x+d+|[^\s\p{L}\d]*[\p{L}\d]?[^\s\p{L}\d]+[\p{L}\d]{0,2}[^\s\p{L}\d]*)$/iu.test(text)
}

/** A tracking pixel. */
const isDot = ({ width, height, style }: Attributes): boolean =>
  (isTiny(width) && isTiny(height)) ||
  (/(^|[;\s])width:\s*[01](px)?\s*(;|$)/i.test(style ?? '') &&
    /(^|[;\s])height:\s*[01](px)?\s*(;|$)/i.test(style ?? ''))
const isTiny = (size: string | undefined) => /^\s*[01](px)?\s*$/.test(size ?? '')
const isSmall = ({ width, height }: Attributes): boolean =>
  [width, height].every((size) => /^\s*[1-3]?\d(px)?\s*$/.test(size ?? ''))

/** The page of a film instead of its embedded frame. */
function watchAddress(address: string): string {
  const url = URL.parse(address)
  if (!url) return address
  const host = url.hostname.replace(/^www\./, '')
  const id = (path: RegExp) => path.exec(url.pathname)?.[1]
  if (host === 'youtube.com' || host === 'youtube-nocookie.com') {
    const film = id(/^\/(?:embed|v)\/([\w-]+)/)
    const list = url.searchParams.get('list')
    if (film === 'videoseries' && list) return `https://www.youtube.com/playlist?list=${list}`
    const start = url.searchParams.get('start')
    return film ? `https://www.youtube.com/watch?v=${film}${start ? `&t=${start}s` : ''}` : address
  }
  const page = PAGES[host]
  const film = page && id(page[0])
  return film
    ? page[1](film)
    : (url.pathname === '/plugins/video.php' && url.searchParams.get('href')) || address
}
const PAGES: Record<string, [RegExp, (id: string) => string]> = {
  'player.vimeo.com': [/^\/video\/(\d+)/, (id) => `https://vimeo.com/${id}`],
  'rutube.ru': [/^\/(?:play\/embed|video\/embed)\/(\w+)/, (id) => `https://rutube.ru/video/${id}/`],
  'dailymotion.com': [/^\/embed\/video\/(\w+)/, (id) => `https://www.dailymotion.com/video/${id}`],
  'loom.com': [/^\/embed\/(\w+)/, (id) => `https://www.loom.com/share/${id}`],
}
