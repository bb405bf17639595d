import { factsOfProbe, type Probed } from '../../engine/index.ts'
import type { Change } from '../../engine/ports.ts'
import type { Probing } from './runner.ts'

/** What the program remembers of a probe, to be stored. */
export function learnedFrom(
  { findings, learned }: Pick<Probing, 'findings' | 'learned'>,
  about: { connectionId: string; baseUrl: string; at: number; version: string; before: Probed | null },
): Change[] {
  const { connectionId, baseUrl, at, version, before } = about
  const found = Object.fromEntries(
    findings.flatMap(({ question, position }) => (position === null ? [] : [[question.id, position]])),
  )
  const probed: Probed = {
    at,
    version,
    baseUrl,
    // What was answered before and has no answer today is still known.
    positions: { ...before?.positions, ...found },
    asked: findings.length,
    zoneMs: learned.zoneMs ?? before?.zoneMs ?? null,
  }
  return factsOfProbe(connectionId, probed, found, learned.tokenUserId ?? null)
}
