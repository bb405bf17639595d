import { createHash } from 'node:crypto'
import type { SimRequest, SimResponse } from '../../common/server.ts'
import { fromUrl } from '../rest/bodies.ts'
import { fileList, fileSize, pick } from '../rest/fields.ts'
import { parseMultipart } from '../rest/multipart.ts'
import { type Call, type Route, refuse, success, violate } from '../rest/routing.ts'
import { type Account, livingContact, type SimFile, touch } from '../state.ts'
import { notFound, visibleTask } from './tasks.ts'

const targetType = { targetType: 'string' } as const

/** Files (contracts/planfix.md §10). */
export const fileRoutes: Route[] = [
  {
    method: 'POST',
    path: '/file/',
    scope: 'file_add',
    query: targetType,
    multipart: true,
    write: true,
    run: (call) => upload(call),
  },
  {
    method: 'POST',
    path: '/file/from-url/',
    scope: 'file_add',
    query: targetType,
    body: fromUrl,
    write: true,
    run: (call) => fetchFile(call),
  },
  {
    method: 'GET',
    path: '/file/{id}',
    scope: 'file_readonly',
    query: { fields: 'string' },
    run: (call) => {
      const file = fileOf(call)
      const link = storageAddress(call, file)
      return success({
        file: pick(call.query.fields, {
          id: () => file.id,
          name: () => file.name,
          size: () => fileSize(call.account, file),
          downloadUrl: () => link,
          link: () => '',
        }),
      })
    },
  },
  {
    method: 'GET',
    path: '/file/{id}/download',
    scope: 'file_readonly',
    run: (call) => ({ status: 302, headers: { location: storageAddress(call, fileOf(call)) } }),
  },
  {
    method: 'DELETE',
    path: '/file/{id}',
    scope: 'file_delete',
    write: true,
    run: (call) => {
      call.account.files.delete(fileOf(call).id)
      return success({})
    },
  },
  {
    method: 'POST',
    path: '/file/{id}/attach/task',
    scope: 'file_add',
    query: { id: 'integer' },
    write: true,
    run: (call) => {
      const file = fileOf(call)
      const task = visibleTask(call.account, call.query.id)
      if (!task) return refuse(400, 6, `Access denied for task by id - ${call.query.id}`)
      task.feed[0]?.files.push(file.id)
      touch(call.account, task)
      return success({})
    },
  },
  {
    method: 'POST',
    path: '/file/{id}/attach/contact',
    scope: 'file_add',
    query: { id: 'integer' },
    write: true,
    run: (call) => {
      const file = fileOf(call)
      const contact = livingContact(call.account, call.query.id)
      if (!contact) return refuse(400, 2000, notFound(call.query.id))
      contact.files.push(file.id)
      touch(call.account, contact)
      return success({})
    },
  },
  {
    method: 'GET',
    path: '/task/{id}/files',
    scope: 'task_readonly',
    query: { onlyFromDescription: 'boolean' },
    run: ({ account, params, query }) => {
      const task = visibleTask(account, params.id)
      // The swagger lists only 401 as a failure here; the task's own error of §6.3 is more likely.
      if (!task) return refuse(400, 1000, `Task not found by id ${params.id}`)
      const feed = query.onlyFromDescription === 'true' ? task.feed.slice(0, 1) : task.feed
      return success({
        files: fileList(
          account,
          feed.flatMap((comment) => comment.files),
        ),
      })
    },
  },
]

function fileOf({ account, params }: Call): SimFile {
  return account.files.get(Number(params.id)) ?? refuse(400, 7000, `File not found by id ${params.id}`)
}

export function addFile(account: Account, name: string, content: Buffer, type: string): SimFile {
  const file: SimFile = { id: account.ids.file++, name, content, type }
  account.files.set(file.id, file)
  return file
}

function upload({ account, request }: Call) {
  const parts = parseMultipart(request.raw, request.headers['content-type'] ?? '')
  if (typeof parts === 'string') return violate(account, 400, 7001, `body: ${parts}`)
  const part = parts.find(({ name }) => name === 'file')
  if (part?.filename === undefined)
    return violate(account, 400, 7001, 'body.file: no part "file" with a file name')
  requireSize(account, part.content)
  return success({ id: addFile(account, part.filename, part.content, part.type).id })
}

/**
 * Downloads the address as Planfix does, with a limit of 5 s; addresses on planfix.com are refused (§10).
 */
async function fetchFile({ account, body }: Call): Promise<SimResponse> {
  const address = URL.canParse(String(body.url)) ? new URL(String(body.url)) : undefined
  if (!address || !/^https?:$/.test(address.protocol))
    return refuse(400, 41, 'Unsafe url for downloading file')
  if (/(^|\.)planfix\.(com|ru)$/.test(address.hostname)) refuse(400, 41, 'Unsafe url for downloading file')
  const fetched = await fetchedFile(address.href)
  if (!fetched) return refuse(400, 7001, 'Rest API error upload file')
  const { content, type } = fetched
  requireSize(account, content)
  const name = String(body.name ?? '') || decodeURIComponent(address.pathname.split('/').pop() || 'file')
  return success({ id: addFile(account, name, content, type).id })
}

/** Downloads an address, 5 s at most; undefined when that fails. */
export async function fetchedFile(url: string): Promise<{ content: Buffer; type: string } | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) })
    if (!answer.ok) return undefined
    const content = Buffer.from(await answer.arrayBuffer())
    return { content, type: answer.headers.get('content-type') ?? 'application/octet-stream' }
  } catch {
    return undefined
  }
}

function requireSize(account: Account, content: Buffer): void {
  const position = account.switches['file-too-large']
  if (position === 'off') return
  const megabytes = position === '400-code7002-over-N-MB' ? account.fileLimitMb : 100
  if (content.length > megabytes * 1024 * 1024) refuse(400, 7002, 'Rest API error')
}

const signature = (id: number, until: number) =>
  createHash('sha256').update(`simulated storage ${id} ${until}`).digest('hex').slice(0, 24)

/** A signed address that expires after an hour (§10: live it is signed and expires). */
function storageAddress({ account, services }: Call, file: SimFile): string {
  const until = account.now() + 3_600_000
  const name = encodeURIComponent(file.name)
  return `${services.origin()}/storage/${file.id}/${name}?until=${until}&signature=${signature(file.id, until)}`
}

export const pictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

/** A file for everyone who knows its address; only pictures are shown in a browser. */
export function serveFile(account: Account, id: number): SimResponse {
  const file = account.files.get(id)
  if (!file) return { status: 404, body: 'There is no such file' }
  const isPicture = pictures.includes(file.type)
  const headers: Record<string, string> = {
    'content-type': isPicture ? file.type : 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'content-disposition': `${isPicture ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
  }
  return { status: 200, body: file.content, headers }
}

/** The storage behind GET /file/{id}/download: like an object store it refuses a second way of authorization. */
export function serveStorage(account: Account, request: SimRequest): SimResponse {
  const file = account.files.get(Number(request.path.split('/')[2]))
  if (request.headers.authorization !== undefined) {
    return { status: 400, body: 'Only one auth mechanism allowed' }
  }
  const until = Number(request.query.until)
  if (!file || request.query.signature !== signature(file.id, until))
    return { status: 403, body: 'Access denied' }
  if (account.now() > until) return { status: 403, body: 'Request has expired' }
  return { status: 200, body: file.content, headers: { 'content-type': file.type } }
}
