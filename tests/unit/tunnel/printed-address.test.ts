import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { printedAddress, printsForwarding } from '../../../src/main/tunnel/ssh/printed-address.ts'

const LOCALHOST_RUN = `
===============================================================================
Welcome to localhost.run!

Follow your favourite reverse tunnel at [https://twitter.com/localhost_run].

To set up and manage custom domains go to https://admin.localhost.run/

More details on custom domains (and how to enable subdomains of your custom
domain) at https://localhost.run/docs/custom-domains
===============================================================================

** your connection id is 61516456-2da3-4b57-b3cb-b7f41fe51fea. **
`
const GIVEN = '47970a65005227.lhr.life tunneled with tls termination, https://47970a65005227.lhr.life\r\n'

describe('the address that a service prints', () => {
  test.each([
    ['after a page of greetings', LOCALHOST_RUN + GIVEN, 'https://47970a65005227.lhr.life'],
    [
      'in colours',
      '\u001b[32mForwarding HTTP traffic from https://shop.serveo.net\u001b[0m\r\n',
      'https://shop.serveo.net',
    ],
    [
      'alone on its line, below others',
      'You are not authenticated.\nYour tunnel will expire in 60 minutes.\nhttp://yqycl.a.free.pinggy.link\nhttps://yqycl.a.free.pinggy.link\n',
      'https://yqycl.a.free.pinggy.link',
    ],
    ['with a full stop', 'Tunnel URL: https://a.example.\n', 'https://a.example'],
    [
      'with a port and a slash',
      'Forwarding https://a.example:8443/ -> localhost\n',
      'https://a.example:8443',
    ],
    ['a second time', `${GIVEN}${GIVEN.replaceAll('47970a65005227', 'newname')}`, 'https://newname.lhr.life'],
  ])('the printed address is found %s', (_how, output, address) => {
    expect(printedAddress(output)).toBe(address)
  })

  test.each([
    ['greetings alone', LOCALHOST_RUN],
    ['nothing', ''],
    ['http only', 'Forwarding HTTP traffic from http://a.example\n'],
    ['a page to read', 'Forwarding is explained at https://a.example/docs\nhttps://a.example/docs\n'],
    ['an address with a password', 'Forwarding https://user:secret@a.example\n'],
    ['an address with a question', 'https://a.example/?next=1\n'],
    ['a name without a dot', 'Forwarding https://localhost\n'],
    ['the motd of a plain server', 'Debian GNU/Linux\nLast login: Mon Jan 5 from 10.0.0.1\n'],
  ])('the printed address is not read from %s', (_what, output) => {
    expect(printedAddress(output)).toBeNull()
  })

  test('the printed address is certain only in a line about forwarding', () => {
    expect(printsForwarding(GIVEN)).toBe(true)
    expect(printsForwarding('https://yqycl.a.free.pinggy.link\n')).toBe(false)
  })

  test('for any output the address is https without path, user or query, or none', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('https://', 'Forwarding ', '\u001b[31m', 'a.b', '\n', '@', ':', '/', '?', '#'),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const found = printedAddress(pieces.join(''))
        if (found !== null) expect(new URL(found).origin).toBe(found)
      }),
      { numRuns: 500 },
    )
  })
})
