export interface Part {
  name: string
  filename?: string
  type: string
  content: Buffer
}

/** The parts of a multipart/form-data body; a text describes an error. */
export function parseMultipart(body: Buffer, contentType: string): Part[] | string {
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType)
  if (!boundary) return 'multipart without boundary'
  const mark = Buffer.from(`--${boundary[1] ?? boundary[2]}`)
  const parts: Part[] = []
  let at = body.indexOf(mark)
  if (at < 0) return 'multipart without parts'
  while (at >= 0) {
    const start = at + mark.length
    if (body.subarray(start, start + 2).toString() === '--') return parts
    const next = body.indexOf(Buffer.concat([Buffer.from('\r\n'), mark]), start)
    const gap = body.indexOf('\r\n\r\n', start)
    if (next < 0 || gap < 0 || gap > next) return 'multipart cut short'
    const head = body.subarray(start, gap).toString('utf8')
    const name = /[;\s]name="([^"]*)"/i.exec(head)?.[1]
    if (name === undefined) return 'a part without a name'
    const filename = /filename\*=utf-8''([^\s;]+)/i.exec(head)?.[1]
    const plainName = /filename="([^"]*)"/i.exec(head)?.[1]
    const shown = filename !== undefined ? decodeURIComponent(filename) : plainName
    parts.push({
      name,
      ...(shown !== undefined && { filename: shown }),
      type: /content-type:\s*([^\r\n]+)/i.exec(head)?.[1] ?? 'application/octet-stream',
      content: body.subarray(gap + 4, next),
    })
    at = next + 2
  }
  return 'multipart without an end'
}
