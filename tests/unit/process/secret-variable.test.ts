import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadEnvironmentFile } from '../../../src/main/process/environment-file.ts'
import { secretFileProblems, secretFrom } from '../../../src/main/process/secret-variable.ts'

const folder = mkdtempSync(join(tmpdir(), 'bridge-secrets-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const NAME = 'BRIDGE_SHOP_PLANFIX_TOKEN'

test('a secret is the value of its variable, else the content of the file that is named', () => {
  const named = file('named', 'from-a-file\n')
  expect(secretFrom({ [NAME]: ' own ', [`${NAME}_FILE`]: named }, NAME)).toBe('own')
  expect(secretFrom({ [NAME]: '', [`${NAME}_FILE`]: named }, NAME)).toBe('from-a-file')
  expect(secretFrom({}, NAME)).toBeNull()
})

test('a secret may be a credential of systemd, in a file with the name of the variable', () => {
  file(NAME, 'credential\n')
  expect(secretFrom({ CREDENTIALS_DIRECTORY: folder }, NAME)).toBe('credential')
  expect(secretFrom({ CREDENTIALS_DIRECTORY: folder }, `${NAME}_OTHER`)).toBeNull()
})

test('a named file that cannot be read is reported with its variable, an empty name is not', () => {
  const problems = secretFileProblems({
    [`${NAME}_FILE`]: join(folder, 'missing'),
    BRIDGE_SSH_KEY_FILE: file('key', 'x'),
    BRIDGE_NGROK_TOKEN_FILE: '',
    OTHER_FILE: '/nowhere',
  })
  expect(problems).toEqual([`${NAME}_FILE: ${join(folder, 'missing')} cannot be read (ENOENT)`])
})

test('an environment file adds variables, changes its own ones later and nobody else’s', () => {
  const environment: NodeJS.ProcessEnv = { SET: 'before' }
  const path = file('env', 'SET=other\nADDED="one two"\nGONE=1\n')
  expect(loadEnvironmentFile(path, environment)).toBeNull()
  expect(environment).toEqual({ SET: 'before', ADDED: 'one two', GONE: '1' })
  file('env', 'ADDED=three\n')
  expect(loadEnvironmentFile(path, environment)).toBeNull()
  expect(environment).toEqual({ SET: 'before', ADDED: 'three' })
})

test('an environment file that cannot be read is an error, no file is none', () => {
  expect(loadEnvironmentFile('/nowhere/env', {})).toContain('/nowhere/env cannot be read (ENOENT)')
  expect(loadEnvironmentFile(undefined, {})).toBeNull()
})
