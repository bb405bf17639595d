import type { DemoScene } from '../../../shared/api/demo.ts'
import type { ReadArgs } from '../../../shared/api.ts'
import { STORIES, type StoryName } from '../../../shared/demo/names.ts'
import { isOver } from '../../../shared/demo/progress.ts'
import { type Act, stories } from '../../../shared/demo/stories.ts'
import { translate } from '../../../shared/i18n/index.ts'
import type { Language } from '../../../shared/languages.ts'
import type { Visitor } from '../../../simulators/chatra/index.ts'
import type { DemoStage } from '../../api/demo/host.ts'
import { oneAtATime } from '../../process/one-at-a-time.ts'
import { ANA, MIHAI } from '../accounts.ts'
import { lamp } from '../pictures.ts'
import { SceneReader, type StageParts, type Written } from './scene.ts'
import { htmlOf } from './views.ts'

/** The conversation of one story. */
interface Talk {
  story: StoryName
  visitor: Visitor | null
  /** Steps that have begun. */
  step: number
  written: Written[]
  /** What the latest step wrote; null when it wrote nothing. */
  latest: Written | null
}
const newTalk = (story: StoryName): Talk => ({ story, visitor: null, step: 0, written: [], latest: null })

interface File {
  name: string
  content: Buffer
}

/** The demo's conversations: people act in the two simulators, and the bridge between them does the rest. */
export class Stage implements DemoStage {
  private readonly parts: StageParts
  private readonly reader: SceneReader
  private readonly talks = new Map<StoryName, Talk>(STORIES.map((story) => [story, newTalk(story)]))
  private planfixDown = false
  private readonly inTurn = oneAtATime()

  constructor(parts: StageParts) {
    this.parts = parts
    this.reader = new SceneReader(parts)
  }

  async scene(story: StoryName): Promise<DemoScene> {
    const { visitor, written, latest, step: number } = this.talk(story)
    const { traced, ...scene } = await this.reader.read(visitor, written)
    const step = stories[story].steps[number - 1]
    const hasEnded =
      step === undefined ||
      isOver(step.end, {
        message: latest === null ? null : (traced[written.indexOf(latest)] ?? null),
        all: traced,
        planfixWorks: scene.sides.planfix.state === 'ok',
      })
    return { ...scene, step: number, isOver: hasEnded, planfixDown: this.planfixDown }
  }

  next(story: StoryName, language: Language): Promise<boolean> {
    return this.inTurn(async () => {
      const talk = this.talk(story)
      const step = stories[story].steps[talk.step]
      if (step === undefined || !(await this.scene(story)).isOver) return false
      await this.speak(language)
      const written = await this.act(talk, step.act, language)
      if (written === false) return false
      talk.step += 1
      talk.latest = written
      return true
    })
  }

  again(story: StoryName, language: Language): Promise<void> {
    return this.inTurn(async () => {
      if (stories[story].steps.some(({ act }) => act.do === 'planfix-stops')) this.setPlanfix('up')
      this.talks.set(story, newTalk(story))
      await this.speak(language)
    })
  }

  write({ story, as, text, internal, language }: ReadArgs<'demo.write'>): Promise<boolean> {
    return this.inTurn(async () => {
      const talk = this.talk(story)
      if (as === 'employee') return (await this.employeeWrites(talk, text, { internal })) !== false
      await this.speak(language)
      this.clientWrites(talk, text, language)
      return true
    })
  }

  async tryNow(): Promise<void> {
    await this.parts.application().tryNow(this.parts.connectionId)
  }

  async version(): Promise<string> {
    const steps = [...this.talks.values()].map(({ step, written }) => [step, written.length])
    return JSON.stringify([await this.reader.version(), steps, this.planfixDown])
  }

  /** Returns what was written, null when nothing is, or false when it is not possible now. */
  private async act(talk: Talk, act: Act, language: Language): Promise<Written | null | false> {
    switch (act.do) {
      case 'client-writes':
        return this.clientWrites(talk, translate(language, act.text), language)
      case 'client-sends-picture':
        return this.clientSends(
          talk,
          { name: translate(language, 'demo.picture.client'), content: lamp('red') },
          language,
        )
      case 'employee-notes':
        return this.employeeWrites(talk, translate(language, act.text), { internal: true })
      case 'employee-replies': {
        const name = translate(language, 'demo.picture.employee')
        const file = act.picture ? { name, content: lamp('green') } : null
        return this.employeeWrites(talk, translate(language, act.text), { internal: false, file })
      }
      case 'planfix-stops':
        this.setPlanfix('down')
        return null
      case 'planfix-recovers':
        this.setPlanfix('up')
        return null
    }
  }

  private clientWrites(talk: Talk, text: string, language: Language): Written {
    const id = this.visitor(talk, language).says(text)
    return noted(talk, { side: 'chat', id, text, picture: null })
  }

  private clientSends(talk: Talk, { name, content }: File, language: Language): Written {
    const id = this.visitor(talk, language).sendsFile({ name, type: 'image/png', content })
    return noted(talk, { side: 'chat', id, text: name, picture: content })
  }

  private async employeeWrites(
    talk: Talk,
    text: string,
    { internal, file = null }: { internal: boolean; file?: File | null },
  ): Promise<Written | false> {
    const task = await this.reader.task(talk.visitor)
    if (task === null || this.planfixDown) return false
    const { planfix } = this.parts
    const { id } = planfix.employeeComments(task.id, ANA, htmlOf(text), {
      files: file ? [planfix.addsFile(file.name, file.content, 'image/png').id] : [],
      ...(internal && { recipients: [`user:${MIHAI}`] }),
    })
    return noted(talk, { side: 'task', id, text, picture: file?.content ?? null })
  }

  /** The simulated Planfix answers no request of the bridge, or every one again. */
  private setPlanfix(state: 'up' | 'down'): void {
    const { faults } = this.parts.planfix.server
    if (state === 'down' && !this.planfixDown) faults.add({ kind: 'status', status: 503, path: '^/rest/' })
    if (state === 'up' && this.planfixDown) faults.clear()
    this.planfixDown = state === 'down'
  }

  private visitor(talk: Talk, language: Language): Visitor {
    const { client, page } = stories[talk.story]
    talk.visitor ??= this.parts.chatra.visit({
      name: translate(language, client),
      page: { link: page.link, title: translate(language, page.title) },
    })
    return talk.visitor
  }

  /** Loads the texts of this language; the bridge writes its own lines in the task in it too. */
  private async speak(language: Language): Promise<void> {
    const application = this.parts.application()
    if (application.configuration.language !== language)
      await application.reconfigure({ ...application.configuration, language })
  }

  private talk(story: StoryName): Talk {
    return this.talks.get(story) as Talk
  }
}

function noted(talk: Talk, written: Written): Written {
  talk.written.push(written)
  return written
}
