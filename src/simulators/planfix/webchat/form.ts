import type { SimRequest } from '../../common/server.ts'

export interface ChatAttachment {
  name: string
  url: string
}

/** A form with its pairs in order: `attachments[name]` and `attachments[url]` are repeated. */
export interface ChatForm {
  /** The last value of each name; empty when absent. */
  get(name: string): string
  names: string[]
  attachments: ChatAttachment[]
}

/** Any body that is not declared as a form holds no fields, JSON included (contracts/planfix-chat.md A1). */
export function readForm(request: SimRequest): ChatForm {
  const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
  const pairs = [...new URLSearchParams(isForm ? request.raw.toString('utf8') : '')]
  const values = new Map(pairs)
  return {
    get: (name) => values.get(name) ?? '',
    names: [...values.keys()],
    attachments: attachmentsIn(pairs),
  }
}

/** A pair begins with either of its fields. A pair without an address is left out. */
function attachmentsIn(pairs: [string, string][]): ChatAttachment[] {
  const found: Partial<ChatAttachment>[] = []
  for (const [key, value] of pairs) {
    const field = key === 'attachments[name]' ? 'name' : key === 'attachments[url]' ? 'url' : undefined
    if (!field) continue
    const last = found.at(-1)
    if (!last || last[field] !== undefined) found.push({ [field]: value })
    else last[field] = value
  }
  return found.flatMap(({ name = '', url = '' }) => (url === '' ? [] : [{ name, url }]))
}

export const writeForm = (fields: Record<string, string>, attachments: ChatAttachment[]): string =>
  new URLSearchParams([
    ...Object.entries(fields),
    ...attachments.flatMap(({ name, url }) => [
      ['attachments[name]', name],
      ['attachments[url]', url],
    ]),
  ] as [string, string][]).toString()
