import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseCliOptions } from '../../../src/main/cli/options.ts'
import { parseRelayOptions } from '../../../src/main/relay/options.ts'

/** Nothing here can build an image; what can be wrong without one is looked for. */
const ROOT = join(import.meta.dirname, '../../..')

describe.each([
  ['server', (args: string[]) => parseCliOptions('1', args)],
  ['relay', (args: string[]) => parseRelayOptions('1', args)],
])('the image of the %s', (name, parse) => {
  const text = readFileSync(join(ROOT, `resources/${name}/Dockerfile`), 'utf8').replaceAll('\\\n', ' ')
  const all = (instruction: string) =>
    [...text.matchAll(new RegExp(`^${instruction} +(.*)$`, 'gm'))].map(([, rest]) => rest ?? '')
  const words = (instruction: string) => JSON.parse(all(instruction).at(-1) ?? '[]') as string[]

  test('each line is an instruction or a comment, and the last user is not root', () => {
    const known =
      /^(#.*|FROM|WORKDIR|COPY|RUN|USER|VOLUME|EXPOSE|ENV|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT|CMD)( |$)|^$|^#/
    expect(text.split('\n').filter((line) => !known.test(line))).toEqual([])
    expect(all('USER').at(-1)).toMatch(/^chatra-/)
  })

  test('what is copied is in the checkout, or comes from a stage that exists', () => {
    for (const line of all('COPY')) {
      const [, stage] = /--from=(\w+)/.exec(line) ?? []
      if (stage) expect(text).toMatch(new RegExp(`^FROM \\S+ AS ${stage}$`, 'm'))
      else
        for (const path of line.split(' ').slice(0, -1)) expect(existsSync(join(ROOT, path)), path).toBe(true)
    }
  })

  test('its command line is one that the program accepts, on a port that is exposed and watched', () => {
    const parsed = parse(words('CMD'))
    expect(parsed).not.toHaveProperty('wrong')
    expect(parsed).not.toHaveProperty('show')
    const port = all('EXPOSE')[0] ?? ''
    expect(words('CMD')).toContain(port)
    expect(all('HEALTHCHECK')[0]).toContain(`127.0.0.1:${port}/livez`)
    expect(all('VOLUME')).toEqual(['/data'])
  })
})
