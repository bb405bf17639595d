import type { Readable } from 'node:stream'
import { ok, type Result } from '../../shared/errors.ts'
import { plainField } from '../../shared/plain.ts'
import type { PlanfixApi } from '../engine/ports.ts'
import type { Calls } from './calls.ts'
import { created, fileAnswer } from './schemas.ts'

/** A file in transfer. `size` is in bytes, null when the storage does not send it. */
interface FileStream {
  stream: Readable
  name: string
  size: number | null
  /** Media type, e.g. `image/png`. */
  type: string
}

export interface FileApi extends Pick<PlanfixApi, 'fileFromUrl' | 'fileAddress'> {
  /**
   * The content of a Planfix file, from the storage that Planfix redirects to. The caller must destroy a
   * stream that it does not read.
   */
  download(fileId: number, signal?: AbortSignal): Promise<Result<FileStream>>
}

/** Files (contracts/planfix.md §10). */
export function fileApi(calls: Calls): FileApi {
  return {
    async fileFromUrl(name, url) {
      const answer = await calls.call(
        {
          method: 'POST',
          path: '/file/from-url/',
          query: { targetType: 'task' },
          body: { name: plainField(name, 'file'), url },
          scope: 'file_add',
          writes: true,
          about: 'account',
        },
        created,
      )
      return answer.ok ? ok({ id: answer.value.id }) : answer
    },

    async fileAddress(id) {
      const answer = await calls.call(
        {
          method: 'GET',
          path: `/file/${id}`,
          query: { fields: 'id,name,size,downloadUrl,link' },
          scope: 'file_readonly',
          writes: false,
          about: 'file',
        },
        fileAnswer,
      )
      if (!answer.ok) return answer
      const { name, downloadUrl, link } = answer.value.file
      const url = [downloadUrl, link].find((one) => one && /^https?:\/\//i.test(one)) ?? null
      return ok({ name: name || `file ${id}`, url })
    },

    async download(fileId, signal) {
      const answer = await calls.stream(
        {
          method: 'GET',
          path: `/file/${fileId}/download`,
          scope: 'file_readonly',
          writes: false,
          about: 'file',
        },
        signal,
      )
      if (!answer.ok) return answer
      const { headers, data, config } = answer.value
      const length = Number(headers['content-length'] ?? Number.NaN)
      return ok({
        stream: data,
        name: nameIn(headers['content-disposition'], config.url) || `file ${fileId}`,
        size: Number.isFinite(length) && !headers['content-encoding'] ? length : null,
        type: String(headers['content-type'] ?? 'application/octet-stream'),
      })
    },
  }
}

/** The name given by the storage, else the last part of its address; never a path. */
function nameIn(disposition: unknown, address: string | undefined): string {
  const header = String(disposition ?? '')
  const encoded = /filename\*\s*=\s*UTF-8''([^;]+)/i.exec(header)?.[1]
  const quoted = /filename\s*=\s*("(?:[^"\\]|\\.)*"|[^;]+)/i
    .exec(header)?.[1]
    ?.trim()
    .replace(/^"|"$/g, '')
    .replace(/\\(.)/g, '$1')
  const last = address && URL.canParse(address) ? new URL(address).pathname.split('/').pop() : ''
  const name = decoded(encoded) || quoted || (last === 'download' ? '' : decoded(last))
  return plainField((name ?? '').split(/[/\\]/).pop() ?? '', '')
}

function decoded(text: string | undefined): string {
  try {
    return decodeURIComponent(text ?? '')
  } catch {
    return text ?? ''
  }
}
