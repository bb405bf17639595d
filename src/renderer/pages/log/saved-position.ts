import { type Choice, NO_CHOICE, QUICK, type Quick } from './filters/filter.ts'
import type { List } from './list.ts'

/** Where the log was left: the chosen filters, and the place in their list. */
export interface Place {
  /** Of the filter the list belongs to. */
  key: string
  list: List
  /** First row on screen and how far it is scrolled into. */
  index: number
  offset: number
  openId: number | null
}

const KEY = 'log'
let place: Place | null = null

/** The filters as they were left, also over a reload; or as a link asks for them: `?state=attention&connection=shop`. */
export function rememberedChoice(): Choice {
  return asked() ?? read()
}

export function rememberChoice(choice: Choice): void {
  sessionStorage.setItem(KEY, JSON.stringify(choice))
}

export const rememberedPlace = (key: string): Place | null => (place?.key === key ? place : null)
export function rememberPlace(left: Place | null): void {
  place = left
}

/** A link's wish is taken once: the address is cleared of it. */
function asked(): Choice | null {
  const wishes = new URLSearchParams(location.search)
  const [quick, connectionId] = [wishes.get('state'), wishes.get('connection')]
  if (quick === null && connectionId === null) return null
  history.replaceState(history.state, '', `${location.pathname}${location.hash}`)
  const choice = {
    ...NO_CHOICE,
    connectionId,
    quick: QUICK.includes(quick as Quick) ? (quick as Quick) : 'all',
  }
  rememberChoice(choice)
  return choice
}

function read(): Choice {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Choice>
    return { ...NO_CHOICE, ...kept }
  } catch {
    return NO_CHOICE
  }
}
