import type { ServerResponse } from 'node:http'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A file on its way through. */
export interface FileDownload {
  name: string
  /** Stated content type; only harmless image types are passed on. */
  type: string | null
  /** Bytes, when certain. */
  size: number | null
  body: Readable
}

const SHOWN_AS_IMAGE = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

/**
 * Hands a file to a stranger's browser, always as a download that can run nothing. When the source breaks off, the
 * connection is cut, so that half a file never looks whole; when the browser goes away, the source is stopped. Rejects
 * in both cases.
 */
export async function sendFile(response: ServerResponse, file: FileDownload): Promise<void> {
  if (response.destroyed) {
    file.body.destroy()
    throw new Error('the browser went away')
  }
  response.writeHead(200, {
    'Content-Type': imageType(file.type) ?? 'application/octet-stream',
    'Content-Disposition': disposition(file.name),
    ...(file.size !== null && { 'Content-Length': file.size }),
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'private, no-store',
    'Referrer-Policy': 'no-referrer',
  })
  await pipeline(file.body, wholeOnly(file.size), response)
}

/**
 * Passes the bytes on, and fails when they are not as many as were announced. (No generator: `pipeline` does not stop
 * the source while a generator waits for it.)
 */
function wholeOnly(size: number | null): Transform {
  let sent = 0
  const wrong = () => new Error(`the source gave another number of bytes than ${size}`)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length
      if (size !== null && sent > size) done(wrong())
      else done(null, chunk)
    },
    flush: (done) => done(size !== null && sent !== size ? wrong() : null),
  })
}

function imageType(type: string | null): string | null {
  const plain = type?.split(';')[0]?.trim().toLowerCase() ?? ''
  return SHOWN_AS_IMAGE.has(plain) ? plain : null
}

/** RFC 6266 with the RFC 5987 form, and an ASCII form for browsers that know only that. */
function disposition(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  const clean = name.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f/\\]/g, '_') || 'file'
  const ascii = clean.replace(/[^\x20-\x7e]|["%]/g, '_')
  const encoded = encodeURIComponent(clean).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
