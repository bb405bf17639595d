import { describe, expect, test } from 'vitest'
import { createLog } from '../../../src/main/process/log.ts'
import { createRedactor } from '../../../src/main/settings/redact.ts'

describe('the redaction', () => {
  test.each([
    ['POST /hooks/shop/abcdefghijklmnopqrstuvwx/chatra', 'abcdefghijkl'],
    ['GET http://127.0.0.1:1/files/eyJhbGciOi.J9 failed', 'eyJhbGciOi'],
    ['Authorization: Bearer abc.def-123', 'abc.def'],
    ['Authorization: Chatra.Simple pub:sec-ret', 'sec-ret'],
    ['{"authorization":"Basic Zm9vOmJhcg=="}', 'Zm9v'],
    ['{"webhookSecret":"never-seen-before"}', 'never-seen'],
    ['{"headers":"{\\"authorization\\":\\"Digest qwertz\\"}"}', 'qwertz'],
    ['http://127.0.0.1:1/?token=aaaabbbbcccc', 'aaaabbbb'],
    ['GET /rest/x?fields=id&access_token=t0ken', 't0ken'],
    ['BRIDGE_SHOP_PLANFIX_TOKEN=0123abc', '0123abc'],
  ])('the redaction removes the secret from %j', (line, secret) => {
    expect(createRedactor()(line)).not.toContain(secret)
  })

  test('a known secret is found in any notation', () => {
    const secret = 'p"ss/w ö\\rd'
    const redact = createRedactor(secret)
    const written = [
      secret,
      JSON.stringify(secret),
      JSON.stringify(JSON.stringify({ secret })),
      encodeURIComponent(secret),
    ]
    expect(written.map((text) => redact(`a ${text} b`)).filter((text) => /ss\/w|ss%2Fw/.test(text))).toEqual(
      [],
    )
  })

  test('secrets that were added later are redacted', () => {
    const redact = createRedactor()
    redact.add('later-secret')
    expect(redact('the later-secret here')).toBe('the *** here')
  })

  test('other words are not redacted', () => {
    const line = '{"level":"info","msg":"the token is accepted, key 7, /hooks/ and /files are served"}'
    expect(createRedactor('secret-1')(line)).toBe(line)
  })

  test('every line of the log is redacted, in any field', () => {
    let written = ''
    const log = createLog({
      redact: createRedactor('top-secret'),
      pretty: false,
      write: (text) => {
        written += text
      },
    })
    log.error({ deep: { list: ['top-secret'] }, stack: 'Error: top-secret\n at x' }, 'about top-secret')
    expect(written).toContain('***')
    expect(written).not.toContain('top-secret')
  })
})
