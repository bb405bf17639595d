import type { SimTask } from '../../simulators/planfix/index.ts'
import type { Follower } from './console-view.ts'
import type { DeliveryCounter, Person } from './delivery-counter.ts'
import type { Sabotage } from './options.ts'
import type { Sandbox } from './sandbox.ts'
import type { Screen } from './screen.ts'

/** A condition that must hold at the end, read from the simulators. */
export interface Check {
  what: string
  holds(): boolean
}

/** Maximum wait of a step; messages that have not arrived by then count as missing in the summary. */
const PATIENCE_MS = 6_000

/** The context of one scene. */
export class DemoSetup {
  readonly sandbox: Sandbox
  readonly ledger: DeliveryCounter
  readonly checks: Check[] = []
  readonly sabotage: Sabotage | null
  private readonly screen: Screen
  private readonly follower: Follower

  constructor(
    sandbox: Sandbox,
    ledger: DeliveryCounter,
    sabotage: Sabotage | null,
    screen: Screen,
    follower: Follower,
  ) {
    this.sandbox = sandbox
    this.ledger = ledger
    this.sabotage = sabotage
    this.screen = screen
    this.follower = follower
  }

  /** Begins a scene after the log has shown the whole previous one. */
  async scene(text: string): Promise<void> {
    await until(() => this.calm(), 2_000)
    await this.follower.catchUp()
    this.screen.line()
    this.screen.line(this.screen.paint('bold', `— ${text}`))
  }

  check(what: string, holds: () => boolean): void {
    this.checks.push({ what, holds })
  }

  /**
   * A client writes from one of their devices. Resolves when the message has arrived, or after the maximum
   * wait.
   */
  async says(person: Person, text: string, device = 0): Promise<void> {
    const sent = this.ledger.toPlanfix(person, text)
    person.devices[device]?.says(text)
    await until(() => this.ledger.arrived(sent))
  }

  /** No message is under way. */
  async calm(): Promise<boolean> {
    const { application } = this.sandbox.host
    await application.settled()
    return (await application.store.queuesWithWork()).every(({ queue }) => queue === 'jobs')
  }

  /** The person's current task. */
  async task(person: Person): Promise<SimTask> {
    await until(() => this.ledger.tasksOf(person).length > 0)
    const task = this.ledger.tasksOf(person).at(-1)
    if (!task) throw new StoryStopped(`there is no task for ${person.names[0]}`)
    return task
  }

  /**
   * An employee comments on the task with the client among the recipients. Returns the record for the
   * counter, and the comment.
   */
  async replies(person: Person, employee: number, text: string, files: number[] = []) {
    const task = await this.task(person)
    const sent = this.ledger.toChatra(person, text)
    const comment = this.sandbox.planfix.employeeComments(task.id, employee, `<p>${text}</p>`, { files })
    await until(() => this.ledger.arrived(sent))
    return { sent, comment }
  }
}

/** The demo cannot continue: an expected result never came. */
export class StoryStopped extends Error {}

/** Checks again until `check` holds or the maximum wait is over. */
export async function until(
  check: () => boolean | Promise<boolean>,
  patience = PATIENCE_MS,
): Promise<boolean> {
  const end = Date.now() + patience
  for (;;) {
    if (await check()) return true
    if (Date.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
