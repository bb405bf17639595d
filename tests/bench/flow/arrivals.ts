import type { Stage } from '../bench-server.ts'
import { type Comment, marksIn } from './marks.ts'

/** What has arrived in Planfix, read from Planfix alone, so that it is the same measure for every program. */
export class Arrivals {
  readonly comments: Comment[] = []
  private readonly planfix: Stage['planfix']
  private readonly marks = new Set<string>()
  private last = 0

  constructor({ planfix }: Pick<Stage, 'planfix'>) {
    this.planfix = planfix
  }

  /** Reads what is new; returns the number of different messages that have arrived. */
  async messages(): Promise<number> {
    const fresh = await this.planfix.get<(Comment & { id: number })[]>('allComments', { after: this.last })
    for (const comment of fresh) {
      for (const { talk, n } of marksIn(comment.description)) this.marks.add(`${talk}-${n}`)
      this.comments.push(comment)
      this.last = comment.id
    }
    return this.marks.size
  }
}
