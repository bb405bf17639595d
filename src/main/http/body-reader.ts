import type { IncomingMessage } from 'node:http'

const LARGEST_BODY = 1024 * 1024
export const TOO_LARGE = Symbol('too large')
const BYTE_ORDER_MARK = '\ufeff'

/**
 * Reads the body as text; returns `TOO_LARGE` over 1 MiB. Bytes after the limit are read and discarded,
 * because closing the connection while the sender still writes would hide the 413. Bytes that are not UTF-8
 * become U+FFFD. Rejects when the sender disconnects.
 */
export function readBody(request: IncomingMessage): Promise<string | typeof TOO_LARGE> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > LARGEST_BODY) {
      request.resume()
      resolve(TOO_LARGE)
      return
    }
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= LARGEST_BODY) {
        chunks.push(chunk)
      } else {
        chunks.length = 0
        resolve(TOO_LARGE)
      }
    })
    request.on('end', () =>
      resolve(chunks.length === 1 ? chunks[0]!.toString() : Buffer.concat(chunks).toString()),
    )
    request.on('error', reject)
    request.on('close', () => reject(new Error('the sender disconnected')))
  })
}

/**
 * Returns the JSON text to store, or null when the body is not a JSON object. The sender's text stays
 * unchanged: parsing would change big numbers. The declared content type is ignored, except that `form`
 * bodies (sent by Planfix scenarios) become an object of texts.
 */
export function objectText(body: string, form: boolean): string | null {
  const text = body.startsWith(BYTE_ORDER_MARK) ? body.slice(1) : body
  if (isObject(text)) return text
  if (!form || text.trim() === '') return null
  return JSON.stringify(Object.fromEntries(new URLSearchParams(text.trim())))
}

/**
 * Returns the JSON text to store for a scenario's hint. Planfix also sends the task's number in the header
 * `X-Planfix-Task` (contracts/planfix-chat.md): it is used where the body is empty or names no task (`task`),
 * so that instant replies also work for an owner who omits the body.
 */
export function hintText(body: string, form: boolean, header: string | string[] | undefined): string | null {
  const taskId = typeof header === 'string' && /^\s*\d{1,15}\s*$/.test(header) ? Number(header) : 0
  if (taskId > 0 && body.replace(BYTE_ORDER_MARK, '').trim() === '') return JSON.stringify({ task: taskId })
  const text = objectText(body, form)
  if (text === null || taskId === 0) return text
  const hint = JSON.parse(text) as Record<string, unknown>
  return Number(hint.task) > 0 ? text : JSON.stringify({ ...hint, task: taskId })
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

export const isForm = (contentType: string | undefined): boolean =>
  contentType !== undefined && /^\s*application\/x-www-form-urlencoded\b/i.test(contentType)
