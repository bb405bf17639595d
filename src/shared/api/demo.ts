import { z } from 'zod'
import { STORIES } from '../demo/names.ts'
import { call, done, language, nothing, time } from './answer.ts'
import { messageRow } from './log.ts'
import { sideState } from './state.ts'

const story = z.enum(STORIES)
const byStory = z.strictObject({ story })

/** The pages of the two simulators, for another tab of the browser. */
const demoPages = z.object({ visitorUrl: z.string(), planfixUrl: z.string() })
export type DemoPages = z.output<typeof demoPages>

const picture = z.object({
  name: z.string(),
  /** `data:image/png;base64,…` */
  address: z.string(),
})
export type DemoPicture = z.output<typeof picture>

/** A message as the client sees it on the website. */
const chatMessage = z.object({
  /** Chatra's id. */
  id: z.string(),
  from: z.enum(['client', 'shop']),
  /** The name that stands above it; null for the client's own. */
  name: z.string().nullable(),
  text: z.string(),
  time,
  /** The client's own picture, or what a link in the text opens. */
  pictures: z.array(picture),
})
export type DemoChatMessage = z.output<typeof chatMessage>

/** A comment as an employee sees it in the task. */
const taskComment = z.object({
  /** Planfix's number. */
  id: z.number(),
  from: z.enum(['client', 'employee', 'bridge']),
  name: z.string(),
  text: z.string(),
  time,
  /** Names of the people who are notified of it. */
  notified: z.array(z.string()),
  hidden: z.boolean(),
  pictures: z.array(picture),
})
export type DemoComment = z.output<typeof taskComment>

/** One conversation of the demo: both simulated services as people see them, and the bridge between them. */
const demoScene = z.object({
  /** How many steps of the story have begun, and whether the last of them is over (also before the first). */
  step: z.number(),
  isOver: z.boolean(),
  /** The client's name; null = nobody has written yet. */
  client: z.string().nullable(),
  employee: z.string(),
  /** Oldest first. */
  chat: z.array(chatMessage),
  task: z.object({ id: z.number(), name: z.string(), url: z.string() }).nullable(),
  /** Oldest first. */
  comments: z.array(taskComment),
  /** The log of the bridge in the demo, newest first. */
  log: z.array(messageRow),
  /** The simulated Planfix answers no request. */
  planfixDown: z.boolean(),
  /** What the bridge knows about each side; the same as on the overview. */
  sides: z.object({ chatra: sideState, planfix: sideState }),
  tally: z.object({
    written: z.number(),
    arrived: z.number(),
    twice: z.number(),
    waiting: z.number(),
    inside: z.number(),
  }),
})
export type DemoScene = z.output<typeof demoScene>

/** Every call but `start` and `stop` is refused as `not-found` while no demo runs. */
export const demoCalls = {
  /**
   * Starts simulators of both services and a bridge between them, with a data folder, settings and secrets of its own. The
   * bridge that answers this call does not change.
   */
  'demo.start': call(nothing, demoPages),
  /** Stops it and deletes its data folder. */
  'demo.stop': call(nothing, done),
  /** Returns one conversation; the event `demo` says when to read it again. */
  'demo.scene': call(byStory, demoScene),
  /**
   * Plays the next step; people write in `language`. Refused as `conflict` while a step is under way and after the last
   * one.
   */
  'demo.next': call(byStory.extend({ language }), done),
  /** Begins the story again, with a new client. Planfix works again, if it had stopped. */
  'demo.again': call(byStory.extend({ language }), done),
  /**
   * Writes into the conversation, beside the story. `internal`: a comment that does not notify the client. Refused as
   * `conflict` when there is no task yet for an employee to write in, or Planfix does not answer.
   */
  'demo.write': call(
    byStory.extend({
      as: z.enum(['client', 'employee']),
      text: z.string().trim().min(1).max(1000),
      internal: z.boolean(),
      language,
    }),
    done,
  ),
  /** The bridge of the demo tries at once what waits. */
  'demo.tryNow': call(nothing, done),
} as const
