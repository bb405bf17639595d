import { isStoreUnavailable } from '../../src/shared/store-error.ts'
import type { SimComment, SimTask } from '../../src/simulators/planfix/index.ts'
import { agentText, clientText, type Deed, foreignText, marksIn, noteText, replyText } from './story.ts'
import type { Told, Version } from './truth.ts'
import type { Present, World } from './world.ts'

/** `later`: something it needs does not exist yet, e.g. a task. */
export type Done = 'done' | 'later' | 'never'

/** Performs people's actions, in the services' own windows, and records what they mean. */
export class People {
  private readonly world: World

  constructor(world: World) {
    this.world = world
  }

  perform(deed: Deed): Done {
    switch (deed.do) {
      case 'say':
        return this.say(deed.device, clientText(deed.n), `#c${deed.n}`)
      case 'word':
        return this.word(deed.device, deed.word)
      case 'introduce':
        this.device(deed.device).visitor.introduces({ name: deed.name, email: deed.email })
        return 'done'
      case 'leave':
        this.device(deed.device).visitor.leaves()
        return 'done'
      case 'return':
        this.device(deed.device).visitor.comesBack()
        return 'done'
      case 'agent':
        return this.agent(deed.device, deed.n)
      case 'comment':
        return this.comment(deed.device, deed.n, deed.user, 'ticked')
      case 'note':
        return this.comment(deed.device, deed.n, deed.user, deed.how)
      case 'answer-word':
        return this.answerWord(deed.device, deed.word, deed.user)
      case 'foreign-task':
        return this.foreignTask(deed.email, deed.n)
      case 'foreign-comment':
        return this.foreignComment(deed.of, deed.n)
      case 'retry':
        return this.retry()
      case 'edit':
      case 'untick':
      case 'hide':
      case 'open':
      case 'delete':
        return this.change(deed)
      default:
        return this.tasks(deed)
    }
  }

  /** The present task of a device's conversation. */
  taskOf(index: number): SimTask | null {
    const marks = new Set(
      this.world.truth.said.filter(({ device }) => device === index).map(({ mark }) => mark),
    )
    const holds = (comment: SimComment) => marksIn(comment.description).some((mark) => marks.has(mark))
    const found = this.world.planfix.tasks.filter((task) => !task.isDeleted && task.feed.some(holds))
    return found.at(-1) ?? null
  }

  private device(index: number): Present {
    const found = this.world.devices[index]
    if (!found) throw new Error(`the story has no device ${index}`)
    return found
  }

  private say(index: number, text: string, mark: string): Done {
    const { visitor } = this.device(index)
    if (!visitor.present) visitor.comesBack()
    visitor.says(text)
    this.world.truth.said.push({ mark, device: index, at: this.world.clock.now() })
    return 'done'
  }

  private word(index: number, text: string): Done {
    const { visitor } = this.device(index)
    if (!visitor.present) visitor.comesBack()
    visitor.says(text)
    this.world.truth.words.push({ text, device: index, taskId: null, at: this.world.clock.now() })
    return 'done'
  }

  private agent(index: number, n: number): Done {
    const { visitor, shop } = this.device(index)
    const agent = shop.chatra.agents[0]
    const began = this.world.truth.said.some(({ device }) => device === index)
    if (!agent || !began) return 'never'
    shop.chatra.agentSays(visitor.clientId, agent.id, agentText(n))
    this.world.truth.agents.push({ mark: `#j${n}`, device: index, at: this.world.clock.now() })
    return 'done'
  }

  private comment(index: number, n: number, user: number, how: 'ticked' | 'hidden' | 'unticked'): Done {
    const task = this.taskOf(index)
    if (!task) return 'later'
    const isReply = how === 'ticked'
    const meantFor = this.lastDeviceIn(task)
    const { id } = this.world.planfix.employeeComments(
      task.id,
      user,
      `<p>${isReply ? replyText(n, null) : noteText(n)}</p>`,
      { ...(how === 'unticked' && { recipients: [] }), hidden: how === 'hidden' },
    )
    const version: Version = {
      at: this.world.clock.now(),
      state: isReply ? 'public' : 'internal',
      marks: [isReply ? `#r${n}` : `#n${n}`],
    }
    this.write({
      n,
      commentId: id,
      taskId: task.id,
      at: version.at,
      meantFor,
      foreign: false,
      versions: [version],
    })
    return 'done'
  }

  private answerWord(index: number, word: string, user: number): Done {
    const task = this.taskOf(index)
    if (!task) return 'later'
    const device = this.lastDeviceIn(task) ?? index
    this.world.planfix.employeeComments(task.id, user, `<p>${word}</p>`)
    this.world.truth.words.push({ text: word, device, taskId: task.id, at: this.world.clock.now() })
    return 'done'
  }

  /** Whose message is last in the feed. Texts without a mark identify their author if only one person wrote them. */
  private lastDeviceIn(task: SimTask): number | null {
    const { said, words } = this.world.truth
    const marks = new Set(task.feed.flatMap((comment) => marksIn(comment.description)))
    const here = new Set(said.filter(({ mark }) => marks.has(mark)).map(({ device }) => device))
    for (const comment of task.feed.toReversed()) {
      if (comment.byHand || comment.isDeleted) continue
      const mark = marksIn(comment.description).findLast((one) => one.startsWith('#c'))
      const bySaid = said.find((one) => one.mark === mark)
      if (bySaid) return bySaid.device
      const text = comment.description.replace(/<[^>]*>/g, '').trim()
      const byWord = words.findLast((one) => one.taskId === null && one.text === text && here.has(one.device))
      if (byWord) return byWord.device
    }
    return null
  }

  private change(deed: Extract<Deed, { do: 'edit' | 'untick' | 'hide' | 'open' | 'delete' }>): Done {
    const { planfix, truth, clock } = this.world
    const told = truth.told.get(deed.n)
    const comment = told && planfix.account.comments.get(told.commentId)
    const task = told && planfix.task(told.taskId)
    if (!told || !comment || !task) return 'later'
    const last = told.versions.at(-1) as Version
    if (last.state === 'deleted') return 'never'
    const version: Version = { at: clock.now(), state: last.state, marks: [...last.marks] }
    if (deed.do === 'delete') {
      planfix.deletesComment(comment.id)
      version.state = 'deleted'
    } else if (deed.do === 'edit') {
      planfix.editsComment(comment.id, `<p>${replyText(deed.n, deed.version)}</p>`)
      version.marks = [`#r${deed.n}`, `#v${deed.version}`]
    } else if (deed.do === 'open') {
      comment.isHidden = false
      comment.recipients = { users: task.counterparty ? [task.counterparty] : [], groups: [] }
      version.state = 'public'
    } else {
      if (deed.do === 'hide') comment.isHidden = true
      else comment.recipients = { users: [], groups: [] }
      version.state = 'internal'
      if (deed.rewrite !== null) version.marks = [`#n${deed.rewrite}`]
    }
    if ((deed.do === 'untick' || deed.do === 'hide') && deed.rewrite !== null)
      planfix.editsComment(comment.id, `<p>${noteText(deed.rewrite)}</p>`)
    task.updatedAt = clock.now()
    told.versions.push(version)
    return 'done'
  }

  private tasks(
    deed: Extract<Deed, { do: 'complete' | 'reopen' | 'delete-task' | 'hand-over' | 'merge-cards' }>,
  ): Done {
    const { planfix, truth } = this.world
    const task = this.taskOf(deed.device)
    if (!task) return 'later'
    switch (deed.do) {
      case 'complete':
        planfix.completes(task.id)
        return 'done'
      case 'reopen':
        planfix.reopens(task.id)
        truth.reopened.set(task.id, this.world.clock.now())
        return 'done'
      case 'delete-task':
        planfix.deletesTask(task.id, { forGood: deed.forGood })
        truth.deletedTasks.set(task.id, task)
        return 'done'
      case 'hand-over': {
        const card = planfix.createsContact({ name: `Customer of task ${task.id}` })
        task.counterparty = `contact:${card.id}`
        task.updatedAt = this.world.clock.now()
        return 'done'
      }
      case 'merge-cards': {
        const other = this.taskOf(deed.into)
        const [from, into] = [task.counterparty, other?.counterparty].map((id) => Number(id?.slice(8)))
        if (!from || !into || from === into) return 'never'
        planfix.mergesContacts(from, into)
        for (const one of [task, other]) if (one) one.updatedAt = this.world.clock.now()
        return 'done'
      }
    }
  }

  /** A contact that existed in Planfix before, and an employee's own task about another matter. */
  private foreignTask(email: string, n: number): Done {
    const { planfix, truth, clock, story } = this.world
    const known = planfix.contacts.find((one) => one.email === email && !one.isDeleted)
    const card = known ?? planfix.createsContact({ name: 'Great Customer', email })
    const template = story.settings.taskTemplate && n % 2 === 0 ? 12 : undefined
    const id = makeTask(this.world, `Contract ${n}`, `contact:${card.id}`, template)
    truth.foreignTasks.add(id)
    clock.after(1000, () => void this.foreignComment(n, n))
    return 'done'
  }

  private foreignComment(of: number, n: number): Done {
    const { planfix, clock } = this.world
    const task = planfix.tasks.find((one) => one.name === `Contract ${of}`)
    if (!task) return 'later'
    const { id } = planfix.employeeComments(task.id, 7, `<p>${foreignText(n)}</p>`)
    const versions: Version[] = [{ at: clock.now(), state: 'internal', marks: [`#f${n}`] }]
    this.write({
      n: 100_000 + id,
      commentId: id,
      taskId: task.id,
      at: clock.now(),
      meantFor: null,
      foreign: true,
      versions,
    })
    return 'done'
  }

  private retry(): Done {
    const { life } = this.world
    const { app } = this.world
    if (!life || !app || life.asleep) return 'never'
    void life
      .run(async () => {
        for (const entry of await app.store.logPage({ limit: 10_000 })) {
          const message = await app.store.message(Number(entry.id))
          if (message?.state !== 'failed' && message?.state !== 'uncertain') continue
          const chats = this.world.devices.flatMap(({ shop, visitor }) =>
            shop.chatra.messages(visitor.clientId),
          )
          const isThere = chats.some(({ type, text }) => type === 'agent' && text.includes(message.text))
          if (!isThere && message.kind === 'text') await app.retry(message.id)
        }
      })
      ?.catch((error: unknown) => {
        // The page says so; what they wanted may be done all the same.
        if (!isStoreUnavailable(error)) throw error
      })
    return 'done'
  }

  private write(told: Told): void {
    this.world.truth.told.set(told.n, told)
  }
}

/** A task as an employee makes it in Planfix's window. */
function makeTask(world: World, name: string, counterparty: string, template: number | undefined): number {
  const { account } = world.planfix
  const at = world.clock.now()
  const id = account.ids.task++
  const people = (...users: string[]) => ({ users, groups: [] })
  account.tasks.set(id, {
    id,
    name,
    statusKey: 'inProgress',
    processId: 1,
    priority: 'NotUrgent',
    isDeleted: false,
    ...(template !== undefined && { templateId: template }),
    assigner: 'user:7',
    counterparty,
    assignees: people('user:7'),
    // The robot takes part, so that it sees the task.
    participants: people('user:1'),
    auditors: people(),
    createdAt: at,
    updatedAt: at,
    lastCommentAt: at,
    customFields: new Map(),
    other: {},
    feed: [],
  })
  world.planfix.employeeComments(id, 7, `<p>About ${name}</p>`, { recipients: [] })
  return id
}
