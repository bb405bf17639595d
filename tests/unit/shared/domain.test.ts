import { expect, test } from 'vitest'
import { isOpen, NOT_VOUCHED } from '../../../src/shared/domain.ts'

test('a message is open while it waits or is being sent', () => {
  const states = [
    'received',
    'queued',
    'sending',
    'retrying',
    'uncertain',
    'delivered',
    'failed',
    'skipped',
  ] as const
  expect(states.filter(isOpen)).toEqual(['queued', 'sending', 'retrying'])
})

test('no value of a client is vouched for unless the site says so', () => {
  expect(NOT_VOUCHED).toEqual({ name: false, email: false, phone: false })
})
