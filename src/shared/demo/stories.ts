import type { TextKey } from '../i18n/texts.ts'
import type { StoryName } from './names.ts'

/** Where something can be seen: the client's chat, the task in Planfix, the bridge's log. */
export type DemoPlace = 'chat' | 'task' | 'log'

/** What a person, or the simulated Planfix, does in a step. `text` is what the person writes. */
export type Act =
  | { do: 'client-writes'; text: TextKey }
  | { do: 'client-sends-picture' }
  | { do: 'employee-replies'; text: TextKey; picture: boolean }
  /** A comment without the client among the people who are notified. */
  | { do: 'employee-notes'; text: TextKey }
  | { do: 'planfix-stops' }
  | { do: 'planfix-recovers' }

/**
 * When a step is over: its message arrived, was kept inside Planfix, or waits for Planfix; Planfix stopped, or works again
 * and all messages have arrived.
 */
export type StepEnd = 'arrived' | 'kept-inside' | 'waiting' | 'stopped' | 'recovered'

interface StoryStep {
  act: Act
  end: StepEnd
  /** What happens, while the step is under way. */
  caption: TextKey
  /** What came of it. */
  outcome: TextKey
}

export interface Story {
  /** The client's name. */
  client: TextKey
  /** The page of the website on which the chat begins. */
  page: { link: string; title: TextKey }
  /** What is there before the first step. */
  begin: TextKey
  /** What all steps together have shown. */
  end: TextKey
  steps: readonly StoryStep[]
}

const step = (place: `demo.${StoryName}.${1 | 2 | 3 | 4 | 5}`, end: StepEnd, act: Act): StoryStep => ({
  act,
  end,
  caption: `${place}.caption` as TextKey,
  outcome: `${place}.outcome` as TextKey,
})

/** The three conversations. Their texts are in `i18n/{language}/demo.json`. */
export const stories: Record<StoryName, Story> = {
  answer: {
    client: 'demo.answer.client',
    page: { link: 'https://shop.example/red-shoes', title: 'demo.answer.page' },
    begin: 'demo.answer.begin',
    end: 'demo.answer.end',
    steps: [
      step('demo.answer.1', 'arrived', {
        do: 'client-writes',
        text: 'demo.answer.1.text',
      }),
      step('demo.answer.2', 'arrived', {
        do: 'employee-replies',
        text: 'demo.answer.2.text',
        picture: false,
      }),
      step('demo.answer.3', 'arrived', {
        do: 'client-writes',
        text: 'demo.answer.3.text',
      }),
    ],
  },
  inside: {
    client: 'demo.inside.client',
    page: { link: 'https://shop.example/lamps', title: 'demo.inside.page' },
    begin: 'demo.inside.begin',
    end: 'demo.inside.end',
    steps: [
      step('demo.inside.1', 'arrived', {
        do: 'client-writes',
        text: 'demo.inside.1.text',
      }),
      step('demo.inside.2', 'arrived', { do: 'client-sends-picture' }),
      step('demo.inside.3', 'kept-inside', {
        do: 'employee-notes',
        text: 'demo.inside.3.text',
      }),
      step('demo.inside.4', 'arrived', {
        do: 'employee-replies',
        text: 'demo.inside.4.text',
        picture: true,
      }),
    ],
  },
  failure: {
    client: 'demo.failure.client',
    page: { link: 'https://shop.example/orders', title: 'demo.failure.page' },
    begin: 'demo.failure.begin',
    end: 'demo.failure.end',
    steps: [
      step('demo.failure.1', 'arrived', {
        do: 'client-writes',
        text: 'demo.failure.1.text',
      }),
      step('demo.failure.2', 'stopped', { do: 'planfix-stops' }),
      step('demo.failure.3', 'waiting', {
        do: 'client-writes',
        text: 'demo.failure.3.text',
      }),
      step('demo.failure.4', 'recovered', { do: 'planfix-recovers' }),
      step('demo.failure.5', 'arrived', {
        do: 'employee-replies',
        text: 'demo.failure.5.text',
        picture: false,
      }),
    ],
  },
}

/** Where a step begins, and where its result is seen. */
export function placesOf({ act, end }: Pick<StoryStep, 'act' | 'end'>): { from: DemoPlace; to: DemoPlace } {
  const isOfClient = act.do === 'client-writes' || act.do === 'client-sends-picture'
  const from = isOfClient ? 'chat' : 'task'
  if (end === 'recovered') return { from: 'log', to: 'task' }
  if (end !== 'arrived') return { from, to: 'log' }
  return { from, to: isOfClient ? 'task' : 'chat' }
}
