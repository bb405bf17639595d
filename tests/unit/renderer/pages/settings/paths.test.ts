import { describe, expect, test } from 'vitest'
import {
  isSame,
  problemsOf,
  type Typed,
  toSave,
  valueAt,
  withValueAt,
} from '../../../../../src/renderer/pages/settings/paths.ts'

const settings: Typed = {
  name: 'shop.example',
  chatra: {
    baseUrl: 'https://app.chatra.io/api',
    publicKey: 'abc',
    agent: { email: 'bridge@shop.example', name: 'shop.example' },
  },
  planfix: {
    baseUrl: 'https://shop.planfix.com/rest',
    webUrl: 'https://tasks.shop.example',
    taskTemplateId: 12,
    contactTemplateId: null,
    clientEmailField: null,
    participants: ['user:7'],
    pollSeconds: 5,
    requestsPerSecond: 1,
    visitDataTag: { id: 3, fields: { os: 1 } },
  },
  options: {
    newTaskWhenNoneActive: true,
    sendAsEmployee: false,
    completeWhenClientLeaves: true,
    leaveAfterMinutes: 10,
    completedStatusId: null,
    sendOnlyWhenClientIsRecipient: true,
    mirrorChatraReplies: true,
    explainInternal: true,
    clientEmail: 'card' as const,
    historyInNewTask: 'link' as const,
    joinDevices: 'when-quiet',
    joinAfterQuietMinutes: 30,
    keepWhilePausedDays: 7,
    replyAs: null,
  },
}

describe('a field of the form', () => {
  test('a field is read and changed by its path, and nothing else changes', () => {
    const changed = withValueAt(settings, 'chatra.agent.email', 'ana@shop.example')
    expect(valueAt(changed, 'chatra.agent.email')).toBe('ana@shop.example')
    expect({ ...changed, chatra: settings.chatra }).toEqual(settings)
    expect(settings.chatra.agent.email).toBe('bridge@shop.example')
  })

  test('a path below a missing value is empty', () => {
    expect(valueAt(withValueAt(settings, 'planfix.visitDataTag', null), 'planfix.visitDataTag.id')).toBe(
      undefined,
    )
  })
})

describe('the changes that are sent', () => {
  test("the account's addresses are extracted from any pasted page of it", () => {
    const pasted = withValueAt(settings, 'planfix.baseUrl', 'https://other.planfix.com/task/123?x=1')
    expect(toSave(pasted).planfix).toMatchObject({
      baseUrl: 'https://other.planfix.com/rest',
      webUrl: 'https://other.planfix.com',
    })
  })

  test('an own address of the pages stays while the account is the same', () => {
    expect(toSave(settings).planfix.webUrl).toBe('https://tasks.shop.example')
  })

  test('texts are sent without surrounding spaces', () => {
    expect(toSave(withValueAt(settings, 'chatra.publicKey', '  abc ')).chatra.publicKey).toBe('abc')
  })
})

describe('a form without changes', () => {
  test('a value changed back, or only spaces, leaves nothing to save', () => {
    const there = withValueAt(settings, 'options.sendAsEmployee', true)
    expect(isSame(there, settings)).toBe(false)
    expect(isSame(withValueAt(there, 'options.sendAsEmployee', false), settings)).toBe(true)
    expect(isSame(withValueAt(settings, 'name', ' shop.example '), settings)).toBe(true)
  })

  test('an emptied number is a change', () => {
    expect(isSame(withValueAt(settings, 'planfix.pollSeconds', Number.NaN), settings)).toBe(false)
  })
})

test('an invalid value is named by its path before any request', () => {
  const wrong = withValueAt(withValueAt(settings, 'planfix.pollSeconds', Number.NaN), 'name', ' ')
  expect([...problemsOf(wrong).keys()].sort()).toEqual(['name', 'planfix.pollSeconds'])
  expect(problemsOf(settings).size).toBe(0)
})
