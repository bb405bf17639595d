import { type Choice, NO_CHOICE, QUICK, type Quick, SPANS, type Span } from './filters/filter.ts'
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
  if (!ASKED.some((name) => wishes.has(name))) return null
  const [quick, direction] = [wishes.get('state'), wishes.get('direction')]
  history.replaceState(history.state, '', `${location.pathname}${location.hash}`)
  const choice: Choice = {
    ...NO_CHOICE,
    connectionId: wishes.get('connection'),
    direction: direction === 'to-planfix' || direction === 'to-chatra' ? direction : null,
    quick: QUICK.includes(quick as Quick) ? (quick as Quick) : 'all',
    when: whenOf(wishes),
  }
  rememberChoice(choice)
  linked = JSON.stringify(choice)
  return choice
}

/** The choice of the last link, as long as the owner has not changed it. */
let linked: string | null = null

/** Filters of a link end with the visit, unless it goes on in a conversation. */
export function forgetLinkedChoice(choice: Choice): void {
  if (JSON.stringify(choice) === linked && !location.hash.startsWith('#/conversation/'))
    rememberChoice(NO_CHOICE)
}

const ASKED = ['state', 'connection', 'direction', 'when', 'from']

function whenOf(wishes: URLSearchParams): Span | null {
  const span = SPANS.find((one) => one === wishes.get('when'))
  if (span !== undefined) return { span }
  const [start, end] = [Number(wishes.get('from') ?? Number.NaN), Number(wishes.get('to') ?? Number.NaN)]
  return Number.isFinite(start) && Number.isFinite(end) ? { start, end } : null
}

function read(): Choice {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Choice>
    return { ...NO_CHOICE, ...kept }
  } catch {
    return NO_CHOICE
  }
}
