import type { Chance } from './chance.ts'
import { JUNK } from './draft.ts'
import type { Scene } from './scenes.ts'
import * as scenes from './scenes.ts'
import type { Device } from './story.ts'

export interface Theme {
  name: string
  shops: 1 | 2
  /** How the visitors of a story are drawn. */
  cast: (chance: Chance, shops: number) => Device[]
  /** Events by weight. */
  scenes: readonly (readonly [number, Scene])[]
  /** How many scenes a story has, at least and at most. */
  length: readonly [number, number]
  /** Webhooks may be lost, so that only a transcript of the whole chat contains their messages. */
  loses?: boolean
}

const NAMES = ['Anna', 'Boris', 'Cleo', 'Dan', 'Eva', 'Felix'] as const

/** Strangers, each with a different address or none. */
const strangers = (chance: Chance, shops: number): Device[] =>
  Array.from({ length: chance.between(2, 4) }, (_, person) => ({
    person,
    shop: chance.between(0, shops - 1),
    name: NAMES[person] ?? null,
    email: chance.happens(0.5) ? `person${person}@mail.example` : null,
    vouched: null,
  }))

/** Each person on two devices; the second reveals the person only later. */
const onTwoDevices = (chance: Chance): Device[] =>
  Array.from({ length: chance.between(1, 2) }, (_, person) => person).flatMap((person) => [
    { person, shop: 0, name: NAMES[person] ?? null, email: `person${person}@mail.example`, vouched: null },
    {
      person,
      shop: 0,
      name: chance.happens(0.5) ? (NAMES[person] ?? null) : null,
      email: null,
      vouched: chance.happens(0.2)
        ? { name: NAMES[person] ?? 'N', email: `person${person}@mail.example` }
        : null,
    },
  ])

/** Strangers who all type the same address. */
const behindJunk = (chance: Chance): Device[] =>
  Array.from({ length: chance.between(2, 4) }, (_, person) => ({
    person,
    shop: 0,
    name: NAMES[person] ?? null,
    email: chance.one(JUNK),
    vouched: chance.happens(0.15)
      ? { name: `Vouched ${person}`, email: `person${person}@mail.example` }
      : null,
  }))

/** The same customers on both sites. */
const onBothSites = (chance: Chance, shops: number): Device[] =>
  Array.from({ length: chance.between(1, 3) }, (_, person) => person).flatMap((person) =>
    Array.from({ length: shops }, (_two, shop) => ({
      person,
      shop,
      name: NAMES[person] ?? null,
      email: `person${person}@mail.example`,
      vouched: null,
    })),
  )

/** Enough people for many parallel conversations. */
const crowd = (chance: Chance, shops: number): Device[] =>
  Array.from({ length: chance.between(5, 8) }, (_, person) => ({
    person,
    shop: chance.between(0, shops - 1),
    name: NAMES[person] ?? `Person ${person}`,
    email: null,
    vouched: null,
  }))

const everyday: readonly (readonly [number, Scene])[] = [
  [6, scenes.say],
  [6, scenes.reply],
  [3, scenes.chat],
  [2, scenes.note],
  [1, scenes.agent],
  [1, scenes.leave],
  [1, scenes.visitAgain],
]

/** The number of a seed determines its theme: fifty seeds in a row try each theme three or four times. */
export const themes: readonly Theme[] = [
  {
    name: 'everyday',
    shops: 1,
    cast: strangers,
    scenes: [
      ...everyday,
      [2, scenes.twice],
      [1, scenes.lateWebhooks],
      [2, scenes.introduce],
      [2, scenes.complete],
    ],
    length: [15, 30],
  },
  {
    name: 'unclear writes',
    shops: 1,
    cast: strangers,
    scenes: [...everyday, [10, scenes.blow], [2, scenes.shortOutage]],
    length: [15, 30],
  },
  {
    name: 'unclear replies',
    shops: 1,
    cast: strangers,
    scenes: [
      [4, scenes.say],
      [5, scenes.reply],
      [6, scenes.lineBreak],
      [3, scenes.blow],
      [2, scenes.deaf],
      [1, scenes.retry],
    ],
    length: [8, 14],
    loses: true,
  },
  {
    name: 'merges',
    shops: 1,
    cast: onTwoDevices,
    scenes: [...everyday, [6, scenes.introduceWhileIndeterminate], [4, scenes.introduce], [3, scenes.blow]],
    length: [10, 18],
  },
  {
    name: 'identities',
    shops: 1,
    cast: behindJunk,
    scenes: [
      ...everyday,
      [6, scenes.answerWhileAnotherWrites],
      [4, scenes.introduce],
      [2, scenes.shortOutage],
    ],
    length: [10, 20],
  },
  {
    name: 'internal words',
    shops: 1,
    cast: strangers,
    scenes: [
      [4, scenes.chat],
      [3, scenes.note],
      [4, scenes.edit],
      [3, scenes.withdraw],
      [3, scenes.rewriteInside],
      [2, scenes.open],
      [2, scenes.remove],
      [3, scenes.withdrawWhileWaiting],
      [1, scenes.retry],
    ],
    length: [8, 14],
  },
  {
    name: 'changes of uncertain replies',
    shops: 1,
    cast: strangers,
    scenes: [
      [3, scenes.chat],
      [8, scenes.changeWhileUncertain],
      [2, scenes.edit],
      [2, scenes.remove],
      [2, scenes.retry],
    ],
    length: [6, 12],
  },
  {
    name: 'foreign tasks',
    shops: 1,
    cast: strangers,
    scenes: [...everyday, [8, scenes.foreignTask], [2, scenes.leave]],
    length: [8, 16],
  },
  {
    name: 'restores',
    shops: 1,
    cast: strangers,
    scenes: [...everyday, [3, scenes.damage]],
    length: [14, 24],
  },
  {
    name: 'two connections',
    shops: 2,
    cast: onBothSites,
    scenes: [...everyday, [3, scenes.introduce], [2, scenes.shortOutage]],
    length: [14, 26],
  },
  {
    name: 'outages',
    shops: 1,
    cast: crowd,
    scenes: [
      [3, scenes.say],
      [3, scenes.reply],
      [4, scenes.blip],
      [3, scenes.chatraFails],
      [1, scenes.shortOutage],
    ],
    length: [3, 6],
  },
  {
    name: 'quota',
    shops: 2,
    cast: strangers,
    scenes: [...everyday, [3, scenes.quota], [2, scenes.shortOutage]],
    length: [12, 20],
  },
  {
    name: 'cards and tasks',
    shops: 1,
    cast: strangers,
    scenes: [
      ...everyday,
      [4, scenes.handOver],
      [3, scenes.mergeCards],
      [4, scenes.taskGoneWhileIndeterminate],
      [2, scenes.deleteTask],
      [2, scenes.complete],
      [2, scenes.reopen],
    ],
    length: [10, 18],
  },
  {
    name: 'the same words',
    shops: 1,
    cast: strangers,
    scenes: [
      [4, scenes.chat],
      [8, scenes.sameWords],
      [2, scenes.say],
    ],
    length: [8, 14],
  },
  {
    name: 'ends and beginnings',
    shops: 1,
    cast: strangers,
    scenes: [...everyday, [5, scenes.crash], [2, scenes.restart], [3, scenes.sleep], [2, scenes.blow]],
    length: [16, 28],
    loses: true,
  },
  {
    name: 'everything',
    shops: 2,
    cast: onBothSites,
    scenes: [
      ...everyday,
      ...(Object.values(scenes) as Scene[]).map((scene): readonly [number, Scene] => [0.6, scene]),
    ],
    length: [14, 26],
    loses: true,
  },
]
