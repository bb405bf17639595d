import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfiguration } from '../../../src/main/settings/config-file.ts'
import { defaultDataDir } from '../../../src/main/settings/data-dir.ts'
import { exportable, writeExport } from '../../../src/main/settings/export.ts'
import { jsonProblem } from '../../../src/main/settings/json-problem.ts'
import { parseConfiguration } from '../../../src/shared/config.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bridge-settings-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const FULL = {
  publicUrl: 'https://hooks.shop.example',
  retentionDays: 30,
  language: 'ro',
  connections: [
    {
      id: 'shop',
      chatra: { publicKey: 'abc' },
      planfix: {
        baseUrl: 'https://shop.planfix.com/rest',
        participants: ['user:7'],
        visitDataTag: { id: 4, fields: { os: 10 } },
      },
      employees: [{ planfixUserId: 'user:5', email: 'ana@shop.example' }],
      options: { completedStatusId: 3 },
      webhookSecret: 'hook-secret-0123456789-abc',
    },
  ],
}

const parsed = (input: unknown) => {
  const answer = parseConfiguration(input)
  if (!answer.ok) throw new Error(answer.problems.join())
  return answer.value
}

describe('the configuration file', () => {
  test('the default file is config.json of the data folder', () => {
    writeFileSync(join(folder, 'config.json'), JSON.stringify(FULL))
    expect(loadConfiguration(undefined, folder)).toMatchObject({ ok: true, value: { language: 'ro' } })
  })

  test('without a file in the data folder the configuration is empty', () => {
    expect(loadConfiguration(undefined, folder)).toMatchObject({
      ok: true,
      path: null,
      value: { connections: [] },
    })
  })

  test('a named file must exist', () => {
    const answer = loadConfiguration(join(folder, 'no.json'), folder)
    expect(answer).toMatchObject({ ok: false, problems: ['the file does not exist'] })
  })

  test('the file may begin with a byte order mark', () => {
    writeFileSync(join(folder, 'config.json'), `\uFEFF${JSON.stringify(FULL)}`)
    expect(loadConfiguration(undefined, folder).ok).toBe(true)
  })

  test('an invalid file is refused with every wrong place named', () => {
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...FULL, retentionDays: 0, colour: 1 }))
    const answer = loadConfiguration(undefined, folder)
    expect(answer.ok ? [] : answer.problems.map((text) => text.split(':')[0])).toEqual([
      'retentionDays',
      'colour',
    ])
  })
})

describe('a place where JSON is broken', () => {
  const placeOf = (text: string) => {
    try {
      JSON.parse(text)
    } catch (error) {
      return jsonProblem(text, error)
    }
    throw new Error('this is good JSON')
  }

  test.each([
    ['{\n  "a": 1,\n  "b" 2\n}', 'line 3, column 7'],
    ['{"a": 1,}', 'line 1, column 9'],
    ['{"a": [1, 2}', 'line 1, column 12'],
    ['{"a": tru}', 'line 1, column 7'],
    ["{'a': 1}", 'line 1, column 2'],
    ['{"a": 1}\n{', 'line 2, column 1'],
    ['[1 2]', 'line 1, column 4'],
  ])('the broken JSON %j is reported as %s', (text, place) => {
    expect(placeOf(text)).toContain(place)
  })

  test('broken JSON that ends too early is reported so', () => {
    expect(placeOf('{"a": [1,')).toContain('ends too early')
  })

  test('broken JSON is reported without its text, which may contain a secret', () => {
    expect(placeOf('{"webhookSecret": very-secret-value}')).not.toContain('very')
  })
})

describe('an export', () => {
  test('an export read again gives the same configuration without secrets', () => {
    const whole = parsed(FULL)
    const connections = whole.connections.map(({ webhookSecret: _, ...rest }) => rest)
    expect(parsed(JSON.parse(JSON.stringify(exportable(whole))))).toEqual({ ...whole, connections })
  })

  test('an export contains no webhook secret', () => {
    expect(JSON.stringify(exportable(parsed(FULL)))).not.toContain('hook-secret')
  })

  test('an export is readable only for its owner, also when it replaces a file', () => {
    const path = join(folder, 'export.json')
    writeFileSync(path, 'old', { mode: 0o644 })
    expect(writeExport(path, parsed(FULL), true)).toBe('written')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('an export does not overwrite a file', () => {
    const path = join(folder, 'export.json')
    writeFileSync(path, 'precious')
    expect(writeExport(path, parsed(FULL), false)).toBe('exists')
    expect(readFileSync(path, 'utf8')).toBe('precious')
  })
})

describe('the default data folder', () => {
  test.each([
    ['linux', { XDG_DATA_HOME: '/x/data' }, '/x/data/chatra-planfix-bridge'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/.local/share/chatra-planfix-bridge'],
    ['darwin', {}, '/Library/Application Support/chatra-planfix-bridge'],
  ] as const)('the default data folder of %s with %j ends in %s', (platform, environment, end) => {
    expect(defaultDataDir(environment, platform).endsWith(end)).toBe(true)
  })
})
