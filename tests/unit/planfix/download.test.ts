import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { clientOf, errorOf, json, serve } from './small-server.ts'

describe('downloads', () => {
  test('a download follows the redirect without the token and gives name, size and type', async () => {
    const storage = await serve((_, response) => {
      response.writeHead(200, {
        'content-type': 'image/png',
        'content-length': '3',
        'content-disposition': `attachment; filename="x.png"; filename*=UTF-8''%D1%84%D0%BE%D1%82%D0%BE.png`,
      })
      response.end('abc')
    })
    const { url } = await serve((_, response) =>
      json(response, 302, '', { location: `${storage.url}/a/b?sig=1` }),
    )
    const result = await clientOf(url).download(124)
    if (!result.ok) throw new Error(result.error.detail)
    expect(result.value).toMatchObject({ name: 'фото.png', size: 3, type: 'image/png' })
    expect(await text(result.value.stream)).toBe('abc')
    expect(storage.sent[0]?.headers.authorization).toBeUndefined()
  })

  test('a download of a missing file is object-gone', async () => {
    const { url } = await serve((_, response) =>
      json(response, 400, { result: 'fail', code: 7000, error: 'none' }),
    )
    expect(errorOf(await clientOf(url).download(124)).code).toBe('object-gone')
  })

  test('a refusing storage says nothing about the token', async () => {
    const storage = await serve((_, response) => json(response, 403, 'expired'))
    const { url } = await serve((_, response) => json(response, 302, '', { location: `${storage.url}/a` }))
    expect(errorOf(await clientOf(url).download(124)).code).toBe('failing')
  })

  test('a download ends when the reader disconnects', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.write('a')
    })
    const gone = new AbortController()
    const result = await clientOf(url).download(124, gone.signal)
    if (!result.ok) throw new Error(result.error.detail)
    const reading = text(result.value.stream)
    gone.abort()
    await expect(reading).rejects.toThrow()
  })

  test('a download does not follow a plain-http redirect to a file or inner address', async () => {
    const { url } = await serve((_, response) => json(response, 302, '', { location: 'http://192.0.2.1/x' }))
    expect(errorOf(await clientOf(url).download(124)).code).toBe('unreachable')
  })
})
