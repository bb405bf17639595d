import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reasonOf, toneOf } from '../../../../../src/renderer/features/messages/reason.ts'
import { isTextKey, LANGUAGES, type TextKey, translate } from '../../../../../src/shared/i18n/index.ts'

const words = { t: (key: TextKey, params = {}) => translate('en', key, params) }
const of = (reason: string | null, late = false) => reasonOf({ reason, late }, words)

/** The reasons of the table "Life of a message". */
const documented = [
  ...readFileSync(join(import.meta.dirname, '../../../../../docs/architecture.md'), 'utf8')
    .split('## Life of a message')[1]!
    .split('Inbox rows that lead to no message')[0]!
    .matchAll(/`([a-z]+(?:-[a-z]+)+)`/g),
].map(([, word]) => word!)

describe("the reason of a message's state", () => {
  it('every documented reason has a text in each language', () => {
    expect(documented.length).toBeGreaterThan(15)
    for (const word of documented) {
      expect(isTextKey(`log.reason.${word}`), word).toBe(true)
      expect(isTextKey(`log.why.${word}`), word).toBe(true)
      for (const language of LANGUAGES)
        expect(translate(language, `log.reason.${word}` as TextKey)).not.toContain(word)
    }
  })

  it('a reason names the service and its message', () => {
    expect(of('chatra: refused (400 too long)')).toEqual({
      short: 'Chatra: rejected',
      long: 'Chatra rejected the message.',
      detail: 'Response: 400 too long',
    })
    expect(of('planfix: missing-scope (403 code 5)')?.long).not.toContain('{scope}')
  })

  it('a path in a reason is shown as it is', () => {
    expect(of('messages[0].type: expected string')?.detail).toBe('messages[0].type: expected string')
    expect(of('unknown event "chatRated"')?.detail).toBe('unknown event "chatRated"')
  })

  it('a reason names the message that was set aside, and the fault behind it', () => {
    const aside = of('put-aside: a bug in the rules')
    expect(aside?.long).toContain('set aside')
    expect(aside?.detail).toBe('a bug in the rules')
  })

  it('reasons written by hand have texts', () => {
    expect(of('retried by hand')?.short).toBe('sent again by you')
    expect(of('paused: loop-turns')?.short).toContain('paused')
    expect(of('planfix: of no known code (x)')?.detail).toBe('planfix: of no known code (x)')
  })

  it('a reason is empty where there is nothing to explain', () => {
    expect(of(null)).toBeNull()
    expect(of(null, true)?.short).toBe('arrived late')
  })

  it('a message that the client will not see is not shown as a success', () => {
    expect(toneOf({ state: 'delivered', reason: null })).toBe('good')
    expect(toneOf({ state: 'delivered', reason: 'client-left-no-email' })).toBe('attention')
  })
})
