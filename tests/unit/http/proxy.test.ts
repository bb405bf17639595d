import { describe, expect, test } from 'vitest'
import { environmentProxy, systemProxy } from '../../../src/main/http/proxy.ts'

describe("the environment's proxy", () => {
  const proxy = (environment: NodeJS.ProcessEnv, url = 'https://app.chatra.io/api') =>
    environmentProxy(url, environment)
  const HTTPS_PROXY = 'http://proxy:3128'

  test.each([
    ['HTTPS_PROXY', { HTTPS_PROXY }, HTTPS_PROXY],
    ['small letters, which win', { https_proxy: 'http://small:1', HTTPS_PROXY }, 'http://small:1'],
    ['ALL_PROXY', { ALL_PROXY: 'http://all:1' }, 'http://all:1'],
    ['a name without a scheme', { HTTPS_PROXY: 'proxy:3128' }, HTTPS_PROXY],
    ['nothing', {}, null],
    ['HTTP_PROXY, which is for http', { HTTP_PROXY: 'http://http:1' }, null],
    ['SOCKS, which is not used', { HTTPS_PROXY: 'socks5://proxy:1080' }, null],
    ['nonsense', { HTTPS_PROXY: 'http://' }, null],
  ])('the proxy is that of: %s', (_what, environment, expected) => expect(proxy(environment)).toBe(expected))

  test.each([
    ['chatra.io', true],
    ['.chatra.io', true],
    ['*.chatra.io', true],
    ['app.chatra.io:443', true],
    ['app.chatra.io:8443', false],
    ['a.example, app.chatra.io', true],
    ['*', true],
    ['hatra.io', false],
    ['example.com', false],
    ['', false],
  ])('no proxy for the hosts of NO_PROXY: %s', (NO_PROXY, isDirect) =>
    expect(proxy({ HTTPS_PROXY, NO_PROXY })).toBe(isDirect ? null : HTTPS_PROXY),
  )
})

describe("the system's proxy, in Chromium's words", () => {
  test.each([
    ['DIRECT', null],
    ['PROXY proxy:3128', 'http://proxy:3128'],
    ['HTTPS proxy:443; DIRECT', 'https://proxy:443'],
    ['SOCKS5 one:1080; PROXY two:3128', 'http://two:3128'],
    ['SOCKS5 one:1080', null],
    ['DIRECT; PROXY late:1', null],
    ['', null],
  ])('the first that can be used: %s', (answer, expected) => expect(systemProxy(answer)).toBe(expected))
})
