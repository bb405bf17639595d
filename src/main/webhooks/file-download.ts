import type { ServerResponse } from 'node:http'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A file in transfer. */
export interface FileDownload {
  name: string
  /** Declared content type; only harmless image types are forwarded. */
  type: string | null
  /** Size in bytes, when certain. */
  size: number | null
  body: Readable
}

const SHOWN_AS_IMAGE = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

/**
 * Sends a file to a stranger's browser, always as a download that cannot run code. When the source breaks
 * off, the connection is closed, so that a partial file never looks complete; when the browser disconnects,
 * the source is stopped. Rejects in both cases.
 */
export async function sendFile(response: ServerResponse, file: FileDownload): Promise<void> {
  if (response.destroyed) {
    file.body.destroy()
    throw new Error('the browser disconnected')
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
 * Forwards the bytes, and fails when their number differs from the announced size. (No generator: `pipeline`
 * does not stop the source while a generator waits for it.)
 */
function wholeOnly(size: number | null): Transform {
  let sent = 0
  const wrong = () => new Error(`the source sent a number of bytes other than ${size}`)
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
