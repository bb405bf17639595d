import { LISTS } from '../../../shared/api/conversations.ts'

/** What the list shows. */
export interface ListChoice {
  text: string
  only: (typeof LISTS)[number]
  connectionId: string | null
}
export const ALL: ListChoice = { text: '', only: 'all', connectionId: null }

const KEY = 'conversations'

/** As the owner left it in this window, or from a link: `?only=waiting`, which is removed from the address. */
export function firstChoice(): ListChoice {
  const asked = LISTS.find((one) => one === new URLSearchParams(location.search).get('only'))
  if (asked !== undefined) {
    history.replaceState(history.state, '', `${location.pathname}${location.hash}`)
    return { ...ALL, only: asked }
  }
  try {
    return { ...ALL, ...(JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<ListChoice>) }
  } catch {
    return ALL
  }
}

export const rememberChoice = (choice: ListChoice): void =>
  sessionStorage.setItem(KEY, JSON.stringify(choice))
