import type { Fault, FaultPlace } from './show.ts'

/** A fault that may have to be reported, or that was. */
export interface Lasting {
  fault: Fault
  since: number
  isShown: boolean
  /** It works again; report this if the fault was reported and the recovery lasts. */
  isOver: boolean
  /** When its beginning or its end is to be reported; null = nothing is left to report. */
  dueAt: number | null
}

const SECOND = 1000
const MINUTE = 60 * SECOND
/** Ignore short outages; report those needing action immediately. */
const OWNER_MS = 15 * SECOND
const LASTS_MS = { chatra: 2 * MINUTE, planfix: 2 * MINUTE, address: 3 * MINUTE, store: 10 * SECOND }
/** A fault that has lasted this long is included in another fault's notification. */
const ALONG_MS = 30 * SECOND
const STEADY_MS = 10 * SECOND

/** It does not work now. A fault that has since come to need the owner is reported once more. */
export function faultBegins(faults: readonly Lasting[], fault: Fault, now: number): Lasting[] {
  const lasts = fault.needsOwner ? Math.min(OWNER_MS, LASTS_MS[fault.what]) : LASTS_MS[fault.what]
  const known = faultAt(faults, fault)
  if (!known) return [...faults, { fault, since: now, isShown: false, isOver: false, dueAt: now + lasts }]
  const isGraver = fault.needsOwner && !known.fault.needsOwner
  const isShown = known.isShown && !isGraver
  const dueAt = isShown
    ? null
    : Math.min(known.isShown ? Number.POSITIVE_INFINITY : known.dueAt!, now + lasts)
  return replaced(faults, known, { ...known, fault, isShown, isOver: false, dueAt })
}

/** It works. Report recovery only if the failure was reported. */
export function faultEnds(faults: readonly Lasting[], place: FaultPlace, now: number): Lasting[] {
  const known = faultAt(faults, place)
  if (!known || known.isOver) return [...faults]
  return replaced(faults, known, known.isShown ? { ...known, isOver: true, dueAt: now + STEADY_MS } : null)
}

/** Its recovery is reported by another event. */
export const faultSettled = (faults: readonly Lasting[], place: FaultPlace): Lasting[] =>
  faults.filter(({ fault }) => !isAt(fault, place))

export interface FaultContext {
  now: number
  /** Whether it is still so: the last reported state may have been replaced. */
  isDown(place: FaultPlace): boolean
  isWanted(fault: Fault): boolean
  /** For a connection that exists and is enabled. */
  isKnown(place: FaultPlace): boolean
}

/** Faults still eligible for a notification. */
export function faultsLeft(faults: readonly Lasting[], around: FaultContext): Lasting[] {
  return faults.flatMap((one) => {
    if (!around.isKnown(one.fault)) return []
    if (!isDue(one, around.now)) return [one]
    if (!around.isWanted(one.fault)) return one.isOver ? [] : [{ ...one, isShown: true, dueAt: null }]
    return one.isOver || around.isDown(one.fault) ? [one] : []
  })
}

/** The faults to report now; `rest` is the remaining state after that. */
export function dueFaults(
  faults: readonly Lasting[],
  { now, isDown, isWanted }: FaultContext,
): { lost: Fault[]; back: Fault[]; rest: Lasting[] } {
  const isBack = (one: Lasting) => one.isOver && isDue(one, now)
  const isSomeLost = faults.some((one) => !one.isOver && isDue(one, now))
  const isLost = (one: Lasting) =>
    isSomeLost &&
    !one.isOver &&
    !one.isShown &&
    (isDue(one, now) || (now - one.since >= ALONG_MS && isDown(one.fault) && isWanted(one.fault)))
  return {
    lost: faults.filter(isLost).map(({ fault }) => fault),
    back: faults.filter(isBack).map(({ fault }) => fault),
    rest: faults
      .filter((one) => !isBack(one))
      .map((one) => (isLost(one) ? { ...one, isShown: true, dueAt: null } : one)),
  }
}

export const faultAt = (faults: readonly Lasting[], place: FaultPlace): Lasting | undefined =>
  faults.find(({ fault }) => isAt(fault, place))

const isAt = (fault: Fault, place: FaultPlace): boolean =>
  fault.what === place.what && fault.connectionId === place.connectionId

const isDue = ({ dueAt }: Lasting, now: number): boolean => dueAt !== null && dueAt <= now

const replaced = (faults: readonly Lasting[], one: Lasting, by: Lasting | null): Lasting[] =>
  faults.flatMap((other) => (other !== one ? [other] : by === null ? [] : [by]))
