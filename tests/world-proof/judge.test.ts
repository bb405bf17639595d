import { beforeAll, describe, expect, test } from 'vitest'
import type { Message } from '../../src/shared/domain.ts'
import { type Evidence, evidenceOf } from './evidence.ts'
import { judge } from './judge.ts'
import type { Call } from './network.ts'
import { play } from './play.ts'
import type { Story } from './story.ts'

/** Two strangers, a reply to each, an internal note, a foreign task: an ordinary morning. */
const CALM: Story = {
  seed: 1,
  theme: 'calm',
  shops: 1,
  devices: ['Anna', 'Boris'].map((name, person) => ({ person, shop: 0, name, email: null, vouched: null })),
  chatra: {},
  planfix: {},
  settings: { requestsPerSecond: 3, pollSeconds: 5, leaveAfterMinutes: 2, taskTemplate: true, hints: false },
  actions: [
    { at: 500, do: 'foreign-task', email: 'ceo@big.example', n: 90 },
    { at: 1000, do: 'say', device: 0, n: 1 },
    { at: 2000, do: 'say', device: 1, n: 2 },
    { at: 12_000, do: 'comment', device: 0, n: 3, user: 5 },
    { at: 13_000, do: 'comment', device: 1, n: 4, user: 6 },
    { at: 14_000, do: 'note', device: 0, n: 5, user: 5, how: 'unticked' },
    { at: 20_000, do: 'word', device: 0, word: 'Да' },
    { at: 30_000, do: 'answer-word', device: 0, word: 'Да', user: 5 },
    { at: 35_000, do: 'say', device: 0, n: 6 },
    { at: 45_000, do: 'edit', n: 3, version: 7 },
  ],
}

let calm: Evidence
beforeAll(async () => {
  const played = await play(CALM)
  calm = await evidenceOf(played)
  await played.world.close()
})

const fresh = (): Evidence => structuredClone(calm)
const broken = (evidence: Evidence): string[] => judge(evidence).map(({ invariant }) => invariant)

/** Everything is there; only a test that breaks an invariant on purpose may change that. */
function afterwards(change: (evidence: Mutable) => void): string[] {
  const evidence = fresh()
  change(evidence as Mutable)
  return broken(evidence)
}
type Mutable = { -readonly [K in keyof Evidence]: Evidence[K] } & {
  calls: Call[]
  messages: Message[]
  chats: Evidence['chats'][number][number][][]
  open: string[]
  violations: string[]
}

const ours = (evidence: Evidence) => {
  const task = evidence.tasks.find(({ name }) => name.startsWith('Anna'))
  if (!task) throw new Error('Anna has a task')
  return task
}
const inChat = (evidence: Mutable, device: number, mark: string) => {
  const found = evidence.chats[device]?.find(({ text }) => text.includes(mark))
  if (!found) throw new Error(`${mark} stands in the chat`)
  return found
}
const postOf = (evidence: Mutable, mark: string): Call => {
  const found = evidence.calls.find(
    ({ method, body }) => method === 'POST' && JSON.stringify(body)?.includes(mark),
  )
  if (!found) throw new Error(`${mark} was posted`)
  return found
}

test('a calm story violates nothing', () => {
  expect(judge(fresh())).toEqual([])
})

describe('a violated invariant is found:', () => {
  test('a duplicated client message is found', () => {
    const found = afterwards((evidence) => {
      const { feed } = ours(evidence)
      const one = feed.find(({ description }) => description.includes('#c6'))
      if (one) feed.push({ ...one, id: one.id + 1000 })
    })
    expect(found).toContain('no client message is doubled')
  })

  test('a client message that stood twice until one copy was removed is found', () => {
    const found = afterwards((evidence) => {
      const { feed } = ours(evidence)
      const one = feed.find(({ description }) => description.includes('#c6'))
      if (one) feed.push({ ...one, id: one.id + 1000, isDeleted: true })
    })
    expect(found).toEqual(['no client message stood twice for a while'])
  })

  test('a missing client message, and one out of order, are found', () => {
    const lost = afterwards((evidence) => {
      const { feed } = ours(evidence)
      feed.splice(
        feed.findIndex(({ description }) => description.includes('#c6')),
        1,
      )
    })
    expect(lost).toContain('no client message is lost')
    const swapped = afterwards((evidence) => {
      const one = ours(evidence).feed.find(({ description }) => description.includes('#c6'))
      if (one) one.id = 1
    })
    expect(swapped).toContain('client messages keep their order')
  })

  test('a client message that was accepted, and is known by a later event only, is found', () => {
    const later = (by: (heardAt: number) => number) =>
      afterwards(({ truth, messages }) => {
        const heard = truth.heard.find(({ body }) => body.includes('#c6'))
        const one = messages.find(({ text, direction }) => direction === 'to-planfix' && text.includes('#c6'))
        if (heard && one) one.receivedAt = by(heard.at)
      })
    expect(later((heardAt) => heardAt + 1)).toEqual(['what was accepted is not lost'])
    expect(later((heardAt) => heardAt)).toEqual([])
  })

  test('a missing short text is found', () => {
    const found = afterwards((evidence) => {
      const one = ours(evidence).feed.find(
        ({ description, byHand }) => description === '<p>Да</p>' && !byHand,
      )
      if (one) one.isDeleted = true
    })
    expect(found).toContain('no client message is lost')
    const unanswered = afterwards((evidence) => {
      inChat(evidence, 0, 'Да').type = 'system'
      const answer = evidence.chats[0]?.find(({ text, type }) => text === 'Да' && type === 'agent')
      if (answer) answer.text = 'Нет'
    })
    expect(unanswered).toContain('a reply arrives, or its owner is told')
  })

  test('a reply that came twice, to another device, or not at all is found', () => {
    const twice = afterwards((evidence) => {
      const one = inChat(evidence, 0, '#r3')
      evidence.chats[0]?.push({ ...one, id: 'another' })
    })
    expect(twice).toContain('no reply is doubled')
    const astray = afterwards((evidence) => {
      const one = inChat(evidence, 0, '#r3')
      evidence.chats[0] = evidence.chats[0]?.filter((other) => other !== one) ?? []
      evidence.chats[1]?.push(one)
    })
    expect(astray).toContain('a reply reaches only the device it was meant for')
    expect(astray).toContain('a reply arrives, or its owner is told')
  })

  test('a missing edit and a missing deletion are found', () => {
    const unedited = afterwards((evidence) => {
      inChat(evidence, 0, '#r3').text = 'Answer 3 #r3'
    })
    expect(unedited).toContain('an edit arrives, or its owner is told')
    const undeleted = afterwards((evidence) => {
      evidence.truth.told.get(4)?.versions.push({ at: 50_000_000_000_000, state: 'deleted', marks: ['#r4'] })
    })
    expect(undeleted).toContain('a deleted reply leaves the chat')
  })

  test('a reply that failed and was shown is no loss', () => {
    const found = afterwards((evidence) => {
      const one = inChat(evidence, 1, '#r4')
      evidence.chats[1] = evidence.chats[1]?.filter((other) => other !== one) ?? []
      for (const message of evidence.messages) if (message.text.includes('#r4')) message.state = 'failed'
    })
    expect(found).toEqual([])
  })

  test('an internal text, as a message and as an edit, is found', () => {
    for (const method of ['POST', 'PUT']) {
      const found = afterwards((evidence) => {
        const call = postOf(evidence, '#r4')
        evidence.calls.push({ ...call, method, body: { text: 'Internal 5 #n5' } })
      })
      expect(found).toContain('no internal word reaches a chat')
    }
  })

  test('a reply that was internal long before it was sent is found', () => {
    const found = afterwards((evidence) => {
      const told = evidence.truth.told.get(4)
      told?.versions.push({ at: told.at + 1000, state: 'internal', marks: ['#r4'] })
      postOf(evidence, '#r4').at = (told?.at ?? 0) + 120_000
    })
    expect(found).toContain('no internal word reaches a chat')
  })

  test('a write into a foreign task is found', () => {
    const [foreign] = calm.truth.foreignTasks
    const found = afterwards((evidence) => {
      const call = postOf(evidence, '#c6')
      evidence.calls.push({ ...call, path: `/task/${foreign}/comments/` })
    })
    expect(found).toContain('a foreign task is not touched')
  })

  test('two connections in one task, and a second active task, are found', () => {
    const mixed = afterwards((evidence) => {
      const boris = evidence.story.devices[1]
      if (boris) boris.shop = 1
      ours(evidence).feed[0]!.description += '#c2'
    })
    expect(mixed).toContain('a task belongs to one connection')
    const second = afterwards((evidence) => {
      evidence.truth.secondTasks.push({ taskId: 2, beside: 1, device: 0, at: 0 })
    })
    expect(second).toContain('no second task beside an active one')
  })

  test('endless waits, bugs and calls against the contract are found', () => {
    expect(afterwards((evidence) => evidence.open.push('the inbox'))).toContain('nothing waits for ever')
    expect(afterwards((evidence) => evidence.truth.bugs.push('bug: x'))).toContain('the bridge has no bug')
    expect(afterwards((evidence) => evidence.violations.push('x'))).toContain('no call breaks the contract')
  })

  test('an uncertain reply although everything was clearly answered is found', () => {
    const found = afterwards((evidence) => {
      const message = evidence.messages.find(({ text, kind }) => text.includes('#r4') && kind === 'text')
      if (message) message.state = 'uncertain'
    })
    expect(found).toContain('uncertain is only what cannot be known')
  })

  const read = (evidence: Mutable) =>
    evidence.calls.find(({ side, isWrite }) => side === 'planfix' && !isWrite)!

  test('too many requests, and any after the quota has ended, are found', () => {
    const fast = afterwards((evidence) => {
      const one = read(evidence)
      for (let n = 0; n < 40; n++) evidence.calls.push({ ...one, at: one.at + n })
      evidence.calls.sort((a, b) => a.at - b.at)
    })
    expect(fast).toContain('the pace is kept')
    const insistent = afterwards((evidence) => {
      const one = read(evidence)
      evidence.truth.outages.push({ side: 'planfix', mode: 'quota', from: one.at, to: one.at + 60_000 })
      for (let n = 1; n < 40; n++) evidence.calls.push({ ...one, at: one.at + n * 1000, status: 403 })
    })
    expect(insistent).toContain('a used-up quota is respected')
  })

  test("replies into a failing Chatra, and silence after Planfix's recovery, are found", () => {
    const blind = afterwards((evidence) => {
      const one = postOf(evidence, '#r4')
      evidence.truth.outages.push({ side: 'chatra', mode: 'failing', from: one.at - 1, to: one.at + 60_000 })
      for (let n = 0; n < 8; n++) {
        const at = one.at + n * 3000
        evidence.calls.push({ ...one, at, knownAt: at + 10, known: 'unclear', committedAt: null })
      }
    })
    expect(blind).toContain('a failing Chatra is not fed with replies')
    /** The last call of an outage of 10 s is refused; or it is made again, and taken. */
    const silent = (isTaken: boolean) =>
      afterwards((evidence) => {
        const from =
          Math.min(...evidence.calls.filter(({ side }) => side === 'planfix').map(({ at }) => at)) + 5000
        evidence.truth.outages.push({ side: 'planfix', mode: 'unreachable', from, to: from + 10_000 })
        evidence.truth.ends.length = 0
        const isGone = ({ side, at }: Call) => side === 'planfix' && at > from + 10_000 && at < from + 40_000
        evidence.calls.splice(0, evidence.calls.length, ...evidence.calls.filter((call) => !isGone(call)))
        const one = { ...read(evidence), known: 'clear' as const }
        evidence.calls.push({ ...one, at: from + 9800, knownAt: from + 9810, status: null })
        if (isTaken) evidence.calls.push({ ...one, at: from + 9900, knownAt: from + 9910, status: 200 })
        evidence.calls.sort((a, b) => a.at - b.at)
      })
    expect(silent(false)).toContain('a healed service is served within seconds')
    expect(silent(true)).not.toContain('a healed service is served within seconds')
  })
})
