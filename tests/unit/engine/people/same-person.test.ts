import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideJoin, type JoinQuestion } from '../../../../src/main/engine/people/same-person.ts'
import { type ClientProfile, NOT_VOUCHED } from '../../../../src/shared/domain.ts'
import { profile } from '../../../support/builders.ts'

const MINUTE = 60_000
const NOW = 1_000 * MINUTE
const email = 'anna@mail.example'
const vouched = { ...NOT_VOUCHED, email: true }

const who = (changes: Partial<ClientProfile> = {}) => profile({ email, ...changes })
const question = (
  device: ClientProfile,
  other: ClientProfile,
  { quietFor = 0, ...changes }: Partial<JoinQuestion> & { quietFor?: number } = {},
): JoinQuestion => ({
  mode: 'when-quiet',
  quietMs: 30 * MINUTE,
  now: NOW,
  device,
  others: [{ profile: other, lastWroteAt: NOW - quietFor }],
  devicesWithAddress: 2,
  keptApart: false,
  ...changes,
})
const join = (...args: Parameters<typeof question>) => {
  const decision = decideJoin(question(...args))
  return decision.join === 'thread' ? decision.why : decision.join
}

describe('an address that the site vouches for', () => {
  test('a vouched identity joins at once, whatever the names and the setting', () => {
    const [one, other] = [who({ name: 'Anna', vouched }), who({ name: 'A. Popa', vouched })]
    for (const mode of ['always', 'when-quiet', 'vouched'] as const)
      expect(join(one, other, { mode, devicesWithAddress: 9 })).toBe('vouched')
  })
  test('a vouched identity does not join a typed address', () => {
    expect(join(who({ vouched }), who())).toBe('card')
    expect(join(who(), who({ vouched }))).toBe('card')
  })
})

describe('a typed address', () => {
  test('a typed address joins only the card while the other device is active', () => {
    expect(join(who(), who())).toBe('card')
    expect(join(who({ name: 'Anna' }), who())).toBe('card')
  })
  test('a typed address joins the thread with the same name or phone', () => {
    expect(join(who({ name: 'Anna Popa' }), who({ name: ' anna  POPA' }))).toBe('second-particular')
    expect(join(who({ phone: '+373 69 123-456' }), who({ phone: '069123456' }))).toBe('second-particular')
    expect(join(who({ phone: '123' }), who({ phone: '123' }))).toBe('card')
  })
  test('a typed address joins when the other device has been quiet long enough', () => {
    expect(join(who(), who(), { quietFor: 29 * MINUTE })).toBe('card')
    expect(join(who(), who(), { quietFor: 30 * MINUTE })).toBe('quiet')
    expect(join(who(), who(), { quietFor: 10 * MINUTE, quietMs: 5 * MINUTE })).toBe('quiet')
  })
  test('a typed address never joins different names while both are active', () => {
    const phone = '+37369123456'
    expect(join(who({ name: 'Boris', phone }), who({ name: 'Anna', phone }))).toBe('card')
    expect(join(who({ name: 'Boris', phone }), who({ name: 'Anna', phone }), { quietFor: 31 * MINUTE })).toBe(
      'second-particular',
    )
  })
  test('an address of three devices joins no thread, and the card only with proof', () => {
    const third = { devicesWithAddress: 3, quietFor: 60 * MINUTE }
    expect(join(who({ name: 'Boris' }), who({ name: 'Anna' }), third)).toBe('separate')
    expect(join(who(), who(), third)).toBe('separate')
    expect(join(who({ name: 'Anna' }), who({ name: 'Anna' }), third)).toBe('card')
  })
  test('a typed address joins as the owner chose: always, or never', () => {
    expect(join(who({ name: 'Boris' }), who({ name: 'Anna' }), { mode: 'always' })).toBe('always')
    expect(join(who({ name: 'Anna' }), who({ name: 'Anna' }), { mode: 'vouched', quietFor: NOW })).toBe(
      'card',
    )
  })
})

test('separated conversations are never joined again', () => {
  const any = fc.record({
    name: fc.option(fc.constantFrom('Anna', 'Boris')),
    phone: fc.option(fc.constantFrom('+37369123456', '123')),
    vouched: fc.boolean().map((one) => ({ ...NOT_VOUCHED, email: one })),
  })
  fc.assert(
    fc.property(any, any, fc.constantFrom('always', 'when-quiet', 'vouched'), (one, other, mode) => {
      expect(join(who(one), who(other), { mode, keptApart: true, quietFor: NOW })).toBe('separate')
    }),
  )
})

test.each([
  [
    'the same name in other capitals and with other spaces',
    { name: ' ANNA  Popa' },
    { name: 'anna popa' },
    true,
  ],
  ['the same name in another form of letters', { name: 'Ａｎｎａ' }, { name: 'Anna' }, true],
  ['another name', { name: 'Anna' }, { name: 'Ana' }, false],
  ['no name on both sides', { name: null }, { name: null }, false],
  ['a phone with and without the country', { phone: '+373 69 123 456' }, { phone: '0 69 123456' }, true],
  ['seven digits that are the same', { phone: '1234567' }, { phone: '+1234567' }, true],
  ['six digits that are the same', { phone: '123456' }, { phone: '123456' }, false],
  ['the end of a phone in front', { phone: '1234567' }, { phone: '12345678' }, false],
  ['a phone with noughts within', { phone: '0010200300' }, { phone: '10200300' }, true],
  ['noughts that are not in front', { phone: '12345670' }, { phone: '1234567' }, false],
  ['a phone on one side', { phone: '1234567' }, { phone: null }, false],
] as [string, Partial<ClientProfile>, Partial<ClientProfile>, boolean][])(
  'a second particular counts: %s',
  (_what, one, other, agrees) => {
    const expected = agrees ? 'second-particular' : 'card'
    expect(join(who(one), who(other))).toBe(expected)
    expect(join(who(other), who(one))).toBe(expected)
  },
)

describe('several devices of the other conversation', () => {
  const named = (name: string | null, lastWroteAt = NOW) => ({ profile: who({ name }), lastWroteAt })
  const decide = (name: string | null, others: JoinQuestion['others'], changes: Partial<JoinQuestion> = {}) =>
    decideJoin({ ...question(who({ name }), who(), changes), others })

  test('all devices of the other conversation must be quiet', () => {
    const long = NOW - 30 * MINUTE
    expect(decide(null, [named(null, long), named(null)])).toEqual({ join: 'card' })
    expect(decide(null, [named(null, long), named(null, long)])).toEqual({ join: 'thread', why: 'quiet' })
  })
  test('the name of one device is enough', () => {
    expect(decide('Anna', [named('Boris'), named('Anna')])).toEqual({
      join: 'thread',
      why: 'second-particular',
    })
    expect(decide('Anna', [named('Boris'), named(null)])).toEqual({ join: 'card' })
  })
  test('one vouched device is enough, if it has this address', () => {
    const sure = (email: string) => ({ profile: profile({ email, vouched }), lastWroteAt: NOW })
    const device = who({ vouched })
    const ask = (others: JoinQuestion['others']) => decideJoin({ ...question(device, who()), others })
    expect(ask([named(null), sure(email)])).toEqual({ join: 'thread', why: 'vouched' })
    expect(ask([named(null), sure('other@mail.example')])).toEqual({ join: 'card' })
  })
  test('a phone joins active devices as long as none has a name', () => {
    const phone = '+37369123456'
    const other = { profile: who({ phone }), lastWroteAt: NOW }
    const of = (name: string | null, others: JoinQuestion['others']) =>
      decideJoin({ ...question(who({ name, phone }), who()), others }).join
    expect(of(null, [other])).toBe('thread')
    expect(of('Boris', [other])).toBe('thread')
    expect(of(null, [{ ...other, profile: who({ phone, name: 'Anna' }) }])).toBe('thread')
    expect(of('Boris', [{ ...other, profile: who({ phone, name: 'Anna' }) }])).toBe('card')
  })
})

test('two devices may use an address, with a third one it is not personal', () => {
  const use = (devicesWithAddress: number) =>
    join(who(), who(), { devicesWithAddress, quietFor: 60 * MINUTE })
  expect([2, 3].map(use)).toEqual(['quiet', 'separate'])
})

test('a name of two words is another one than the same letters in one word', () => {
  const joinedAs = (name: string) =>
    join(who({ name: 'Ana Maria' }), who({ name }), { mode: 'when-quiet', quietFor: 0 })
  expect(joinedAs(' ana  maria ')).not.toBe(joinedAs('Anamaria'))
})
