import { type Choice, NO_CHOICE, QUICK, type Quick } from './filters/filter.ts'
import type { List } from './list.ts'

/** Where the log was left: the chosen filters, and the position in their list. */
export interface Place {
  /** Key of the filter that the list belongs to. */
  key: string
  list: List
  /** First visible row and the scroll offset in it. */
  index: number
  offset: number
  openId: number | null
}

const KEY = 'log'
let place: Place | null = null

/**
 * The filters as they were left, also after a reload; or from a link: `?state=attention&connection=shop`.
 */
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

/** A link's filters apply once: they are removed from the address. */
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
