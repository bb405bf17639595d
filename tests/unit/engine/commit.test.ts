import { expect, it } from 'vitest'
import { commit, type EngineContext, stage } from '../../../src/main/engine/context.ts'
import { taskLink } from '../../support/builders.ts'

/** Planfix's list may have named the task before, as one of others: the watcher has to look at its row again. */
it.each([
  ['commit', commit],
  ['stage', stage],
] as const)('the watcher learns of every task that is added, read or not: %s', async (_name, store) => {
  const told: [number, boolean][] = []
  const context = {
    store: { commit: async () => undefined, stage: async () => ({ onDisk: Promise.resolve() }) },
    connections: new Map([
      ['shop', { watch: { added: (id: number, isRead: boolean) => void told.push([id, isRead]) } }],
    ]),
    listener: {},
  } as unknown as EngineContext
  const added = (taskId: number, readAt: number, connectionId = 'shop') => ({
    type: 'task.add' as const,
    task: taskLink({ connectionId, taskId, readAt }),
  })
  await store(context, [added(7, 0), added(8, 5), added(9, 0, 'a shop of another host')])
  expect(told).toEqual([
    [7, false],
    [8, true],
  ])
})
