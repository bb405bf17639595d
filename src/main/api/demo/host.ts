import type { DemoPages, DemoScene } from '../../../shared/api/demo.ts'
import type { ReadArgs } from '../../../shared/api.ts'
import type { StoryName } from '../../../shared/demo/names.ts'
import type { Language } from '../../../shared/languages.ts'

/** Starts a demo. Provided by the host: the application imports no simulator. */
export interface DemoHost {
  /** Its pages for people follow `language`. Leaves nothing running when it rejects. */
  start(language: () => Language): Promise<RunningDemo>
}

/**
 * Simulated accounts and a bridge between them, which shares nothing with the bridge around it: neither store nor settings
 * nor secrets.
 */
export interface RunningDemo {
  pages: DemoPages
  stage: DemoStage
  /** Ends all of it and deletes its data. May be called twice. */
  stop(): Promise<void>
}

/** The conversations of a demo. What cannot be done now returns false, and nothing has changed. */
export interface DemoStage {
  scene(story: StoryName): Promise<DemoScene>
  next(story: StoryName, language: Language): Promise<boolean>
  again(story: StoryName, language: Language): Promise<void>
  write(given: ReadArgs<'demo.write'>): Promise<boolean>
  tryNow(): Promise<void>
  /** Differs when a scene may have changed. */
  version(): Promise<string>
}
