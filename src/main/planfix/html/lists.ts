/** List items and check boxes. */

type Attributes = Readonly<Record<string, string>>

export interface List {
  /** null in a bulleted list. */
  next: number | null
  step: 1 | -1
  /** For `<ol type="a">`: letters instead of numbers. */
  letters: 'a' | 'A' | null
  /** Some editors store in the list whether its items are ticked. */
  box: string | null
}

const CHECKED = '[x] '
const UNCHECKED = '[ ] '

export function listOf(name: string, attributes: Attributes): List {
  const start = Number.parseInt(attributes.start ?? '', 10)
  const first = Number.isNaN(start) ? 1 : start
  const { type } = attributes
  return {
    next: name === 'ol' ? first : null,
    step: 'reversed' in attributes ? -1 : 1,
    letters: type === 'a' || type === 'A' ? type : null,
    box: boxBy(attributes['data-checked']),
  }
}

/** Prefix of an item: `• `, `3. `, `c. `, `[x] `. */
export function bulletIn(list: List | undefined, attributes: Attributes): string {
  const box = boxOfPoint(attributes) ?? list?.box ?? null
  if (box !== null) return box
  const kind = attributes['data-list']
  if (!list || list.next === null || kind === 'bullet') return '• '
  const value = Number.parseInt(attributes.value ?? '', 10)
  const number = Number.isNaN(value) ? list.next : value
  list.next = number + list.step
  return `${list.letters && number > 0 && number < 27 ? letter(list.letters, number) : number}. `
}

const letter = (first: 'a' | 'A', number: number) => String.fromCharCode(first.charCodeAt(0) + number - 1)

/** As the editors Quill, TipTap, TinyMCE and GitHub write it. */
function boxOfPoint({
  'data-checked': data,
  'data-list': list,
  class: classes = '',
}: Attributes): string | null {
  if (list === 'checked' || list === 'unchecked') return list === 'checked' ? CHECKED : UNCHECKED
  if (/(^|[\s_-])checklist--checked(\s|$)/.test(classes)) return CHECKED
  return boxBy(data)
}

const boxBy = (checked: string | undefined): string | null =>
  checked === 'true' ? CHECKED : checked === 'false' ? UNCHECKED : null

/** A check box or radio button; null for anything else. */
export function checkBoxIn(name: string, attributes: Attributes): string | null {
  const type = name === 'input' ? attributes.type?.toLowerCase() : undefined
  if (type === 'checkbox') return 'checked' in attributes ? CHECKED : UNCHECKED
  if (type === 'radio') return 'checked' in attributes ? '(x) ' : '( ) '
  if (attributes.role === 'checkbox') return boxBy(attributes['aria-checked'])
  return null
}
