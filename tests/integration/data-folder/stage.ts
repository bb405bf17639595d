import { pass } from '../../support/planfix-scenes.ts'
import { World } from '../../support/world.ts'

/** The content of the services when the data folder of tests/fixtures was made: the same ids each time. */
export async function playStage() {
  // A comment of the bridge that the version then did not write would take another's number.
  const world = await World.start({ virtual: true, options: { explainInternal: false } })
  const { chatra, planfix } = world
  const anna = chatra.visit({ clientId: 'anna', name: 'Anna', email: 'anna@mail.example' })
  anna.says('Hello, this is Anna')
  await world.until("Anna's task", () => planfix.tasks[0])
  await world.quiet()
  const annasTask = world.task(0).id
  planfix.employeeComments(annasTask, 5, '<p>Good day, Anna</p>')
  await world.until('the reply', () => anna.sees().includes('Good day, Anna'))
  planfix.employeeComments(annasTask, 5, '<p>For colleagues alone</p>', { recipients: ['user:1'] })
  await pass(world, 4000)
  await world.quiet()
  const boris = chatra.visit({ clientId: 'boris', name: 'Boris' })
  boris.says('Hello, this is Boris')
  await world.until("Boris' task", () => planfix.tasks[1])
  await world.quiet()
  const phone = chatra.visit({ clientId: 'phone', name: 'Guest' })
  phone.says('Hello, this is Dana')
  await world.until("the phone's task", () => planfix.tasks[2])
  await world.quiet()
  await pass(world, 4000)
  await world.quiet()

  // A reply and a comment without an answer, and the messages after them.
  chatra.server.faults.add({ kind: 'timeout-after-write', method: 'POST', path: '/api/messages', times: 1 })
  planfix.employeeComments(annasTask, 5, '<p>Sent without an answer</p>')
  await world.until('the reply without an answer', () => anna.sees().includes('Sent without an answer'))
  planfix.nextWrites('timeout-after-commit', 1)
  boris.says('Written without an answer')
  await world.until('the comment', () =>
    world.feed(world.task(1).id).some((one) => one.text.includes('Written without an answer')),
  )
  boris.says('Waits behind it')
  await chatra.flush()
  await world.app.settled()
  world.app.park()
  phone.says('Waits in the queue')
  await chatra.flush()
  return { world, anna, boris, phone, tasks: [0, 1, 2].map((n) => world.task(n).id) }
}
