import type { DemoScene } from '../../../shared/api/demo.ts'
import type { StoryName } from '../../../shared/demo/names.ts'
import { type DemoPlace, placesOf, type Story, stories } from '../../../shared/demo/stories.ts'
import type { TextKey } from '../../../shared/i18n/texts.ts'

/** Where a story is: before its first step, in a step, or past the last one. */
export interface Position {
  story: Story
  /** All steps are over. */
  hasEnded: boolean
  /** The next step may begin. */
  mayGoOn: boolean
  /** What is to be read: what happens, what came of it, what all of it showed. `isMain`: the newest of them. */
  texts: { key: TextKey; isMain: boolean }[]
  /** Where it happens, or where its result is seen; null before the first step. */
  place: DemoPlace | null
}

export function positionOf(name: StoryName, scene: Pick<DemoScene, 'step' | 'isOver'>): Position {
  const story = stories[name]
  const step = story.steps[scene.step - 1]
  if (step === undefined)
    return { story, hasEnded: false, mayGoOn: true, texts: [{ key: story.begin, isMain: true }], place: null }
  const hasEnded = scene.isOver && scene.step === story.steps.length
  const caption = { key: step.caption, isMain: !scene.isOver }
  const outcome = { key: step.outcome, isMain: true }
  return {
    story,
    hasEnded,
    mayGoOn: scene.isOver && !hasEnded,
    texts: hasEnded
      ? [outcome, { key: story.end, isMain: false }]
      : scene.isOver
        ? [caption, outcome]
        : [caption],
    place: placesOf(step)[scene.isOver ? 'to' : 'from'],
  }
}

const SHORTEST_MS = 2500
const LONGEST_MS = 8000
/** A calm reader reads about 18 characters a second. */
const PER_CHARACTER_MS = 55

/** How long a text stays before the next step begins automatically, milliseconds. */
export const readingMs = (text: string): number =>
  Math.min(LONGEST_MS, Math.max(SHORTEST_MS, text.length * PER_CHARACTER_MS))
