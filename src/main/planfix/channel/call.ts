import { z } from 'zod'
import type { ChannelReply, ParseChannelCall } from '../../engine/ports.ts'
import { htmlToText } from '../html/html-to-text.ts'

const stored = z.object({ form: z.array(z.tuple([z.string(), z.string()])) })

/**
 * Reads a stored call (contracts/planfix-chat.md A3, docs/architecture.md, "Chat API"). Every field may be missing or
 * empty; unknown ones are ignored. Never throws.
 */
export const readChannelCall: ParseChannelCall = (body) => {
  const parsed = stored.safeParse(body)
  if (!parsed.success) return { kind: 'invalid', reason: 'form: expected pairs' }
  const { form } = parsed.data
  const of = (key: string) => form.find(([name]) => name === key)?.[1].trim() ?? ''
  if (of('cmd') !== 'newMessage') return { kind: 'unknown', command: of('cmd').slice(0, 60) }
  if (of('chatId') === '') return { kind: 'invalid', reason: 'chatId: missing' }
  const reply: ChannelReply = {
    chatId: of('chatId'),
    messageId: of('messageId') || null,
    text: textOf(of('message')),
    files: filesIn(form),
    authorName: [of('userName'), of('userLastName')].filter(Boolean).join(' '),
    authorId: idIn(of('userIco')),
  }
  return { kind: 'reply', reply }
}

/** Pairs `attachments[name]`, `attachments[url]`, in this order or the other, one pair after the other. */
function filesIn(form: readonly (readonly [string, string])[]): ChannelReply['files'] {
  const names = form
    .filter(([key]) => /^attachments(\[\d*\])?\[name\]$/.test(key))
    .map(([, value]) => value.trim())
  const urls = form
    .filter(([key]) => /^attachments(\[\d*\])?\[url\]$/.test(key))
    .map(([, value]) => value.trim())
  return urls.filter(isAddress).map((url) => ({ name: names[urls.indexOf(url)] || nameIn(url), url }))
}
const isAddress = (url: string) => /^https?:$/.test(URL.parse(url)?.protocol ?? '')
const nameIn = (url: string) => URL.parse(url)?.pathname.split('/').at(-1) || 'file'

/** `https://account.planfix.com/?action=getuserpic&id=77` (the documented sample). */
function idIn(picture: string): number | null {
  const id = Number(URL.parse(picture)?.searchParams.get('id') ?? Number.NaN)
  return Number.isSafeInteger(id) && id > 0 ? id : null
}

const MARKUP = /<(?:br|p|div|a|b|i|u|s|em|strong|span|ul|ol|li|blockquote)\b[^<>]*>/i

/**
 * The words as the client reads them: plain text with Planfix's own signs for links (`words [ address ]`) and quotes
 * (`>>`), written as this bridge writes them; HTML where there is any.
 */
function textOf(message: string): string {
  if (MARKUP.test(message)) return htmlToText(message)
  return message
    .replace(/\r\n?/g, '\n')
    .replace(/^[ \t]*>>[ \t]?/gm, '> ')
    .replace(/([^\s[\]][^[\]\n]*?)? ?\[ (https?:\/\/[^\s[\]]+) \]/g, linkText)
    .trim()
}

const linkText = (_all: string, words: string | undefined, address: string): string => {
  const before = words ?? ''
  const said = before.trim()
  return said === '' || said.endsWith(address)
    ? `${before}${said === '' ? address : ''}`
    : `${before} (${address})`
}
