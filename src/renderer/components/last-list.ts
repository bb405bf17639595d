/** The list from which a conversation was opened: its page leads back there. */
type ListPath = '/log' | '/conversations'
let last: ListPath = '/conversations'

export const lastList = (): ListPath => last
export function nowInList(path: ListPath): void {
  last = path
}
