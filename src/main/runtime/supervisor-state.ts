/**
 * What a bridge is to do, and how far that has been carried out. `isStarted`: the program's start is over, so that a runtime
 * that is opened also begins to work. `isHalted`: the present runtime has been stopped and nothing is sent.
 */
export type SupervisorState =
  /** This computer carries messages. */
  | { kind: 'active'; isStarted: boolean; isHalted: boolean }
  /** Another computer carries them, or may be carrying them. */
  | { kind: 'standby'; isStarted: boolean; isHalted: boolean }
  /** The computer is about to sleep. `isActive`: its role when it wakes up. */
  | { kind: 'parked'; isActive: boolean; isStarted: boolean; isHalted: boolean }
  /** The program ends. Nothing leads out of it. */
  | { kind: 'stopping' }

export type SupervisorEvent =
  | { type: 'started' }
  /** The role of this computer is known, or is another one. */
  | { type: 'role'; isActive: boolean }
  /** The computer is about to sleep, or stays awake. */
  | { type: 'park'; isParked: boolean }
  /** The present runtime was told to stop. */
  | { type: 'halted' }
  /** A runtime that works has taken the place of the stopped one. */
  | { type: 'resumed' }
  | { type: 'stop' }

export const openedAs = (isActive: boolean): SupervisorState =>
  isActive
    ? { kind: 'active', isStarted: false, isHalted: false }
    : { kind: 'standby', isStarted: false, isHalted: true }

export function transition(state: SupervisorState, event: SupervisorEvent): SupervisorState {
  if (state.kind === 'stopping') return state
  switch (event.type) {
    case 'started':
      return { ...state, isStarted: true }
    case 'role':
      return state.kind === 'parked'
        ? { ...state, isActive: event.isActive }
        : { ...state, kind: event.isActive ? 'active' : 'standby' }
    case 'park':
      return event.isParked ? parked(state) : unparked(state)
    case 'halted':
      return { ...state, isHalted: true }
    case 'resumed':
      return { ...state, isHalted: false }
    case 'stop':
      return { kind: 'stopping' }
  }
}

/** What is to be done with the runtime, so that it fits the state. */
export type Step = 'none' | 'halt' | 'resume'

export function stepFor(state: SupervisorState): Step {
  switch (state.kind) {
    case 'active':
      return state.isHalted ? 'resume' : 'none'
    case 'standby':
    case 'parked':
      return state.isHalted ? 'none' : 'halt'
    case 'stopping':
      return 'halt'
  }
}

export const isHalted = (state: SupervisorState): boolean => state.kind === 'stopping' || state.isHalted
export const isStarted = (state: SupervisorState): boolean => state.kind !== 'stopping' && state.isStarted

type Running = Exclude<SupervisorState, { kind: 'stopping' }>

const parked = (state: Running): SupervisorState =>
  state.kind === 'parked' ? state : { ...state, kind: 'parked', isActive: state.kind === 'active' }

function unparked(state: Running): SupervisorState {
  if (state.kind !== 'parked') return state
  const { isActive, isStarted, isHalted } = state
  return { kind: isActive ? 'active' : 'standby', isStarted, isHalted }
}
