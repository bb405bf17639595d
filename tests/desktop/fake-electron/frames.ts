import type { Session } from './cdp.ts'
import { toOutside } from './own-address.ts'
import { strict } from './strict.ts'

/** WebFrameMain: a frame of a page as the application sees it. */
export interface Frame {
  readonly url: string
  readonly origin: string
  readonly parent: Frame | null
  readonly top: Frame | null
  readonly frames: Frame[]
  isDestroyed(): boolean
}

interface Known {
  id: string
  parentId: string | null
  url: string
  gone: boolean
  frame: Frame
}
interface Told {
  id: string
  parentId?: string
  url: string
  urlFragment?: string
}

/** The frames of one page, and the frame in which a script runs. */
export class Frames {
  #known = new Map<string, Known>()
  #contexts = new Map<number, { frameId: string; world: string; uniqueId: string }>()
  mainId = ''

  constructor(page: Session) {
    page.on('Page.frameAttached', ({ frameId, parentFrameId }) =>
      this.#put({ id: frameId, parentId: parentFrameId, url: '' }),
    )
    page.on('Page.frameDetached', ({ frameId, reason }) => {
      if (reason !== 'swap') this.#drop(frameId)
    })
    page.on('Page.frameNavigated', ({ frame }) => this.#put(frame))
    page.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      const known = this.#known.get(frameId)
      if (known) known.url = toOutside(url)
    })
    // A page that navigates may change its process: ids are used again, and the end of the old process is reported
    // late.
    page.on('Runtime.executionContextCreated', ({ context }) => {
      this.#contexts.delete(context.id)
      this.#contexts.set(context.id, {
        frameId: context.auxData?.frameId ?? '',
        world: context.name,
        uniqueId: context.uniqueId,
      })
    })
    page.on('Runtime.executionContextDestroyed', ({ executionContextId, executionContextUniqueId }) => {
      if (this.#contexts.get(executionContextId)?.uniqueId === executionContextUniqueId)
        this.#contexts.delete(executionContextId)
    })
  }

  begin(mainId: string): void {
    this.mainId = mainId
    this.#put({ id: mainId, url: 'about:blank' })
  }
  get main(): Frame | null {
    return this.#known.get(this.mainId)?.frame ?? null
  }
  frame(id: string): Frame | null {
    return this.#known.get(id)?.frame ?? null
  }
  /** Of the script with this context. */
  ofContext(id: number): Frame | null {
    return this.frame(this.#contexts.get(id)?.frameId ?? '')
  }
  /** The newest context of a world in the main frame. */
  contextOf(world: string): string | null {
    const found = [...this.#contexts.values()].findLast(
      (context) => context.world === world && context.frameId === this.mainId,
    )
    return found?.uniqueId ?? null
  }

  #put({ id, parentId, url, urlFragment = '' }: Told): void {
    const known = this.#known.get(id)
    if (known) {
      known.url = toOutside(url) + urlFragment
      return
    }
    const made: Known = {
      id,
      parentId: parentId ?? null,
      url: toOutside(url) + urlFragment,
      gone: false,
      frame: null as unknown as Frame,
    }
    made.frame = frameOf(
      made,
      (other) => this.#known.get(other) ?? null,
      () => [...this.#known.values()],
    )
    this.#known.set(id, made)
  }
  #drop(id: string): void {
    const known = this.#known.get(id)
    if (known) known.gone = true
    this.#known.delete(id)
  }
}

function frameOf(known: Known, find: (id: string) => Known | null, all: () => Known[]): Frame {
  const parent = () => (known.parentId === null ? null : (find(known.parentId)?.frame ?? null))
  return strict('WebFrameMain', {
    get url() {
      return known.url
    },
    get origin() {
      if (!URL.canParse(known.url)) return 'null'
      const { protocol, host } = new URL(known.url)
      return host === '' ? 'null' : `${protocol}//${host}`
    },
    get parent() {
      return parent()
    },
    get top(): Frame | null {
      return parent()?.top ?? known.frame
    },
    get frames() {
      return all()
        .filter((one) => one.parentId === known.id)
        .map(({ frame }) => frame)
    },
    isDestroyed: () => known.gone,
  })
}
