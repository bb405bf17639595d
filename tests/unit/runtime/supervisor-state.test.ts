import { describe, expect, test } from 'vitest'
import {
  isHalted,
  isStarted,
  openedAs,
  type SupervisorEvent,
  type SupervisorState,
  stepFor,
  transition,
} from '../../../src/main/runtime/supervisor-state.ts'

const BOTH = [false, true]
const STATES: SupervisorState[] = [
  { kind: 'stopping' },
  ...BOTH.flatMap((isStarted) =>
    BOTH.flatMap((isHalted): SupervisorState[] => [
      { kind: 'active', isStarted, isHalted },
      { kind: 'standby', isStarted, isHalted },
      { kind: 'parked', isActive: true, isStarted, isHalted },
      { kind: 'parked', isActive: false, isStarted, isHalted },
    ]),
  ),
]
const EVENTS: SupervisorEvent[] = [
  { type: 'started' },
  ...BOTH.map((isActive): SupervisorEvent => ({ type: 'role', isActive })),
  ...BOTH.map((isParked): SupervisorEvent => ({ type: 'park', isParked })),
  { type: 'halted' },
  { type: 'resumed' },
  { type: 'stop' },
]

/** The same as five independent flags, the earlier representation: an independent definition of the right result. */
interface Switches {
  isActive: boolean
  isParked: boolean
  isStarted: boolean
  isHalted: boolean
  isStopping: boolean
}

function switchesOf(state: SupervisorState): Switches {
  if (state.kind === 'stopping')
    return { isActive: false, isParked: false, isStarted: false, isHalted: false, isStopping: true }
  const { isStarted, isHalted } = state
  const isParked = state.kind === 'parked'
  const isActive = state.kind === 'parked' ? state.isActive : state.kind === 'active'
  return { isActive, isParked, isStarted, isHalted, isStopping: false }
}

function flipped(before: Switches, event: SupervisorEvent): Switches {
  if (before.isStopping) return before
  switch (event.type) {
    case 'started':
      return { ...before, isStarted: true }
    case 'role':
      return { ...before, isActive: event.isActive }
    case 'park':
      return { ...before, isParked: event.isParked }
    case 'halted':
      return { ...before, isHalted: true }
    case 'resumed':
      return { ...before, isHalted: false }
    case 'stop':
      return switchesOf({ kind: 'stopping' })
  }
}

const named = (value: object) => JSON.stringify(value)

describe('the state of the supervisor', () => {
  test.each(STATES.flatMap((state) => EVENTS.map((event) => ({ state, event }))))(
    'after $event.type in $state.kind differs in what the event names and in nothing else ($state $event)',
    ({ state, event }) => {
      const before = named(state)
      expect(switchesOf(transition(state, event))).toEqual(flipped(switchesOf(state), event))
      expect(named(state)).toBe(before)
    },
  )

  test.each(STATES)(
    'the state requests the step that makes the runtime fit ($kind $isActive $isHalted)',
    (state) => {
      const { isActive, isParked, isHalted: halted, isStopping } = switchesOf(state)
      const mayWork = isActive && !isParked && !isStopping
      const wanted = isStopping ? 'halt' : mayWork !== halted ? 'none' : mayWork ? 'resume' : 'halt'
      expect(stepFor(state)).toBe(wanted)
    },
  )

  test.each(STATES.filter(({ kind }) => kind !== 'stopping'))(
    'asks for nothing once its step was taken ($kind $isActive $isHalted)',
    (state) => {
      const step = stepFor(state)
      const after =
        step === 'none' ? state : transition(state, { type: step === 'halt' ? 'halted' : 'resumed' })
      expect(stepFor(after)).toBe('none')
    },
  )

  test('a single computer works at once, and one behind a relay waits for its role', () => {
    expect([stepFor(openedAs(true)), isHalted(openedAs(true))]).toEqual(['none', false])
    expect([stepFor(openedAs(false)), isHalted(openedAs(false))]).toEqual(['none', true])
    expect([isStarted(openedAs(true)), isStarted(openedAs(false))]).toEqual([false, false])
  })

  test('the runtime is neither started nor working once the program ends', () => {
    expect([isHalted({ kind: 'stopping' }), isStarted({ kind: 'stopping' })]).toEqual([true, false])
  })

  test('the supervisor wakes in the role that it was given during sleep', () => {
    const asleep = transition(openedAs(true), { type: 'park', isParked: true })
    const told = transition(asleep, { type: 'role', isActive: false })
    expect(transition(told, { type: 'park', isParked: false })).toMatchObject({ kind: 'standby' })
  })
})
