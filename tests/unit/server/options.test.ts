import { describe, expect, it } from 'vitest'
import { parseCliOptions } from '../../../src/main/cli/options.ts'

const parsed = (...args: string[]) => parseCliOptions('1', ['serve', ...args])

describe('the options of a server', () => {
  it('events are kept while the database is away, unless they are to be refused', () => {
    expect(parsed()).toMatchObject({ serve: { keepsWhileAway: true } })
    expect(parsed('--while-database-away', 'refuse')).toMatchObject({ serve: { keepsWhileAway: false } })
    expect(parsed('--while-database-away', 'wait')).toMatchObject({
      wrong: expect.stringContaining('must be keep or refuse'),
    })
  })

  it('a master key is named by its file', () => {
    expect(parsed('--master-key-file', '/etc/key')).toMatchObject({ serve: { masterKeyFile: '/etc/key' } })
  })
})
