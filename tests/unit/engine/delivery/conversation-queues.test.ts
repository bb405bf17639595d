import { expect, test } from 'vitest'
import { ConversationQueues } from '../../../../src/main/engine/delivery/conversation-queues.ts'

const clock = { now: () => 0, after: () => () => undefined }
const turn = () => new Promise((resolve) => setImmediate(resolve))

test.each(Array.from({ length: 12 }, (_, n) => n))(
  'work that is added %i microtasks after a queue has found nothing is not overlooked',
  async (microtasks) => {
    let work = 1
    let looks = 0
    const queues = new ConversationQueues(
      clock,
      async () => {
        if (work > 0) {
          work -= 1
          return { next: 'again' }
        }
        // A store that answers later: others may act between the read and the end of the queue.
        if (looks++ === 0) void addLater()
        return { next: 'idle' }
      },
      (error) => {
        throw error
      },
    )
    async function addLater(): Promise<void> {
      for (let n = 0; n < microtasks; n++) await null
      work += 1
      queues.wake(1, 'planfix')
    }
    queues.wake(1, 'planfix')
    for (let n = 0; n < 5; n++) await turn()
    expect(work).toBe(0)
    expect(queues.busy).toBe(0)
  },
)

test('queues that wait for their next try look again together, and those without work are left alone', async () => {
  const looks: string[] = []
  const queues = new ConversationQueues(
    clock,
    async (conversationId, queue) => {
      looks.push(`${conversationId} ${queue}`)
      return conversationId === 3 ? { next: 'idle' } : { next: 'wait', until: 1000 }
    },
    (error) => {
      throw error
    },
  )
  queues.wake(1, 'planfix')
  queues.wake(2, 'chatra')
  queues.wake(3, 'jobs')
  await turn()
  looks.length = 0
  queues.wakeAll()
  await turn()
  expect(looks).toEqual(['1 planfix', '2 chatra'])
  await queues.stop()
  queues.wakeAll()
  await turn()
  expect(looks).toHaveLength(2)
})

test('a queue that rests does no step before its time, whoever wakes it, and then what came meanwhile', async () => {
  let now = 0
  const timers: { at: number; work: () => void }[] = []
  const steps: number[] = []
  const queues = new ConversationQueues(
    {
      now: () => now,
      after: (ms, work) => {
        timers.push({ at: now + ms, work })
        return () => undefined
      },
    },
    async () => {
      steps.push(now)
      return steps.length === 1 ? { next: 'rest', until: 250 } : { next: 'idle' }
    },
    (error) => {
      throw error
    },
  )
  queues.wake(1, 'planfix')
  await turn()
  queues.wake(1, 'planfix')
  queues.wakeAll()
  await turn()
  expect(steps).toEqual([0])
  now = 250
  for (const { at, work } of timers) if (at <= now) work()
  await turn()
  expect(steps).toEqual([0, 250])
  expect(queues.busy).toBe(0)
})

test('a queue that rests ends at once when all end', async () => {
  const queues = new ConversationQueues(
    clock,
    async () => ({ next: 'rest', until: 250 }),
    (error) => {
      throw error
    },
  )
  queues.wake(1, 'planfix')
  await turn()
  await queues.stop()
  expect(queues.busy).toBe(0)
})
