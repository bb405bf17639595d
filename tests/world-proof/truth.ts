import type { SimTask } from '../../src/simulators/planfix/index.ts'

/** The text of a comment at a time, and whether the client was to read it. */
export interface Version {
  at: number
  state: 'public' | 'internal' | 'deleted'
  /** The marks in its text. */
  marks: string[]
}

/** A comment that an employee wrote by hand. */
export interface Told {
  n: number
  commentId: number
  taskId: number
  at: number
  /** The device whose message was last in the feed before it; null when there was none. */
  meantFor: number | null
  foreign: boolean
  versions: Version[]
}

export interface Said {
  mark: string
  device: number
  at: number
}

/** A short text without a mark: how often it was written, and by whom. */
export interface Word {
  text: string
  device: number
  /** Where an employee wrote it; null when the client wrote it. */
  taskId: number | null
  at: number
}

/** All that really happened, including what the bridge cannot know. */
export class Truth {
  readonly said: Said[] = []
  readonly agents: Said[] = []
  readonly told = new Map<number, Told>()
  readonly words: Word[] = []
  readonly foreignTasks = new Set<number>()
  /** Tasks that a person put into the trash, or deleted for good. */
  readonly deletedTasks = new Map<number, SimTask>()
  /** When the bridge was restored, when a life ended or began, when the computer slept. */
  readonly ends: { at: number; kind: 'crash' | 'stop' | 'sleep' | 'damage' | 'start' }[] = []
  readonly outages: { side: string; mode: string; from: number; to: number }[] = []
  /** A task that the bridge made while an older one of the same device was still active. */
  readonly secondTasks: { taskId: number; beside: number; device: number; at: number }[] = []
  /** When a person last reopened a task. */
  readonly reopened = new Map<number, number>()
  /** Webhooks of Chatra that the bridge accepted. */
  readonly heard: { shop: string; at: number; body: string }[] = []
  readonly bugs: string[] = []
  readonly events: string[] = []

  /** The text of a comment at `at`; its last version when no time is given. */
  static versionAt(told: Told, at = Number.POSITIVE_INFINITY): Version {
    const found = told.versions.findLast((version) => version.at <= at)
    return found ?? (told.versions[0] as Version)
  }
}
