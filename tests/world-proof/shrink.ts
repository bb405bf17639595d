import { evidenceOf } from './evidence.ts'
import { type Finding, judge } from './judge.ts'
import { play } from './play.ts'
import type { Action, Story } from './story.ts'
import { isTrouble } from './story.ts'

/** Plays a story and judges it; leaves nothing behind. */
export async function tryStory(
  story: Story,
): Promise<{ findings: Finding[]; hash: string; trace: string[] }> {
  const played = await play(story)
  try {
    return { findings: judge(await evidenceOf(played)), hash: played.hash, trace: played.world.trace }
  } finally {
    await played.world.close()
  }
}

/**
 * Removes from a story what its failure does not need: actions first, then faults, then the positions of switches;
 * plays at most `tries` stories. `fails` says whether a story still fails in the same way.
 */
export async function shrink(
  story: Story,
  fails: (story: Story) => Promise<boolean>,
  tries = 150,
): Promise<Story> {
  let left = tries
  let best = story
  const holds = async (candidate: Story): Promise<boolean> => {
    if (left-- <= 0 || !(await fails(candidate))) return false
    best = candidate
    return true
  }
  for (let before = -1; before !== best.actions.length && left > 0; ) {
    before = best.actions.length
    await leaveOut((action) => !isTrouble(action))
    await leaveOut(isTrouble)
  }
  for (const plain of [{ chatra: {} }, { planfix: {} }] as Partial<Story>[])
    await holds({ ...best, ...plain })
  return best

  /** Ever smaller runs of the actions of one kind. */
  async function leaveOut(isCandidate: (action: Action) => boolean): Promise<void> {
    const count = () => best.actions.filter(isCandidate).length
    for (
      let size = Math.ceil(count() / 2);
      size >= 1 && left > 0;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let from = 0; from < count() && left > 0; ) {
        const gone = new Set(best.actions.filter(isCandidate).slice(from, from + size))
        const actions = best.actions.filter((action) => !gone.has(action))
        if (!(await holds({ ...best, actions }))) from += size
      }
    }
  }
}

/** Fails by the same invariant as before. */
export const failsBy =
  (invariant: string) =>
  async (story: Story): Promise<boolean> =>
    (await tryStory(story)).findings.some((finding) => finding.invariant === invariant)
