/**
 * What a bridge should do, and how far that is done. `isStarted`: the program's start is over, so that a
 * newly opened runtime also begins to work. `isHalted`: the current runtime was stopped and nothing is sent.
 */
export type SupervisorState =
  /** This computer is active. */
  | { kind: 'active'; isStarted: boolean; isHalted: boolean }
  /** Another computer is active, or may be. */
  | { kind: 'standby'; isStarted: boolean; isHalted: boolean }
  /** The computer is about to sleep. `isActive`: its role when it wakes up. */
  | { kind: 'parked'; isActive: boolean; isStarted: boolean; isHalted: boolean }
  /** The program shuts down. There is no transition out of it. */
  | { kind: 'stopping' }

export type SupervisorEvent =
  | { type: 'started' }
  /** The role of this computer became known, or has changed. */
  | { type: 'role'; isActive: boolean }
  /** The computer is about to sleep, or stays awake. */
  | { type: 'park'; isParked: boolean }
  /** The current runtime was stopped. */
  | { type: 'halted' }
  /** A working runtime has replaced the stopped one. */
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

/** The step that makes the runtime fit the state. */
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
