import type { ChatraSwitches } from '../../src/simulators/chatra/index.ts'
import type { PlanfixSwitches } from '../../src/simulators/planfix/index.ts'
import { Chance } from './chance.ts'
import { Draft, SECOND } from './draft.ts'
import type { Action, Story } from './story.ts'
import { type Theme, themes } from './themes.ts'

/** No story is longer than this before all faults end. */
const LONGEST_MS = 15 * 60 * SECOND

/** The story of a seed; the same people and troubles with Planfix's Chat API in use, or the data in PostgreSQL. */
export function makeUp(seed: number, { chat = false, database = false } = {}): Story {
  const chance = new Chance(seed * 7919 + 13)
  const theme = themes[seed % themes.length] as Theme
  const draft = new Draft(chance, theme.cast(chance, theme.shops))
  const [least, most] = theme.length
  for (let left = chance.between(least, most); left > 0 && draft.time < LONGEST_MS; left--) {
    chance.weighted(theme.scenes)(draft)
    draft.pass(300, 20 * SECOND)
  }
  const own = new Chance(seed * 50_021 + 3)
  return {
    seed,
    theme: theme.name,
    shops: theme.shops,
    devices: draft.devices,
    chatra: chatraPositions(chance, theme.loses ?? false),
    planfix: { ...planfixPositions(chance), ...(chat && chatPositions(new Chance(seed * 104_729 + 7))) },
    settings: {
      requestsPerSecond: chance.one([1, 3, 3]),
      pollSeconds: chance.one([3, 5, 5, 10]),
      leaveAfterMinutes: chance.one([1, 2, 10]),
      taskTemplate: chance.happens(0.6),
      hints: chance.happens(0.25),
      ...(chat && { chat }),
      ...(database && { database: own.one(['keeps', 'refuses'] as const) }),
    },
    actions: [...draft.actions, ...(database ? absences(own, draft.time) : [])].toSorted(
      (a, b) => a.at - b.at,
    ),
  }
}

/**
 * Unknown facts about Chatra. Where webhooks are lost, messages have ids: without them equal texts could not be
 * distinguished.
 */
function chatraPositions(chance: Chance, loses: boolean): Partial<ChatraSwitches> {
  return {
    'rest-echo': chance.weighted([
      [6, 'with-received-from'],
      [2, 'without-received-from'],
      [1, 'none'],
    ]),
    'echo-before-reply': chance.one(['off', 'off', 'off', 'on']),
    'message-id': !loses && chance.happens(0.06) ? 'absent' : 'present',
    'webhook-order': chance.one(['in-order', 'in-order', 'in-order', 'shuffled-within-chat']),
    'webhook-duplicate': chance.one(['off', 'off', 'off', 'off', 'same-event-twice']),
    'webhook-retry': loses ? 'none' : chance.one(['none', 'on-non-200', 'on-timeout']),
    'first-message-events': chance.one(['both', 'both', 'fragment-only', 'started-only']),
    'fragment-size': chance.one(['1', '1', 'up-to-5']),
    'leave-signal': chance.one(['transcript', 'finished-at-only', 'none']),
    'text-key': chance.one(['both', 'text', 'message']),
    'created-at': chance.one(['ms', 'ms', 'iso-string']),
    'edit-event': chance.one(['none', 'fragment-same-id']),
  }
}

function planfixPositions(chance: Chance): Partial<PlanfixSwitches> {
  return {
    'source-read': chance.one(['always', 'always', 'only-with-source-id', 'never']),
    'comment-list-source': chance.one(['filled', 'filled', 'empty']),
    'datetime-zone': chance.one(['utc', 'utc', 'account-zone', 'with-dateTimeUtcSeconds']),
    'rate-header': chance.one(['stale-10-min', 'exact', 'absent']),
    'update-answer': chance.one(['200-result-success', '200-failures-empty', '200-empty-body']),
    'missing-task': chance.one(['400-code1000', '400-code0']),
    'assigner-contact': chance.one(['accepted', 'accepted', 'becomes-token-user', '400-code41']),
    'email-duplicate': chance.one(['400-code2001', '400-code2005', 'in-failures']),
    'id-shape': chance.one(['as-asked-by-prefixedId', 'always-number', 'always-prefixed']),
  }
}

/** The database is restarted, or its host is lost for a while. */
function absences(chance: Chance, length: number): Action[] {
  return Array.from({ length: chance.one([0, 1, 1, 2]) }, () => ({
    at: chance.between(0, length),
    do: 'database-away',
    ms: chance.one([400, 2000, 6 * SECOND, 25 * SECOND, 90 * SECOND]),
  }))
}

/** Unknown facts about the Chat API. */
function chatPositions(chance: Chance): Partial<PlanfixSwitches> {
  return {
    'webchat-reply': chance.one(['empty', 'json-success', 'json-ids']),
    'webchat-data-shape': chance.one(['json-string', 'json-string', 'object', 'bare']),
    'webchat-title': chance.one(['renames-each-time', 'first-only']),
    'webchat-email-merge': chance.one(['first-found', 'new-contact']),
    'webchat-reply-check': chance.one(['lenient', 'strict']),
    'webchat-message-id': chance.one(['present', 'present', 'present', 'absent']),
    'webchat-message-is-comment-id': chance.one(['yes', 'yes', 'no']),
    'webchat-text': chance.one(['plain', 'plain', 'html']),
    'webchat-user-ico': chance.one(['with-id', 'plain-url', 'empty']),
    'webchat-echo-callback': chance.one(['no', 'yes']),
    'webchat-delivery-twice': chance.one(['off', 'off', 'on']),
    'webchat-delivery-retry': chance.one(['none', 'on-failure', 'lost-while-down']),
  }
}
