/** HTML formatting that changes the meaning of a text, written with characters. */

const SUPER = new Map(Object.entries({ ...pairs('0123456789+-−=()ni', '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ') }))
const SUB = new Map(Object.entries(pairs('0123456789+-−=()', '₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎')))

function pairs(from: string, to: string): Record<string, string> {
  return Object.fromEntries([...from].map((char, n) => [char, [...to][n]!]))
}

/** Trade marks and footnotes. */
const SIGNS = /^(tm|sm|[®™©℠*†‡§]+|\[.*\])$/iu
/** Longer ones are sentences in small print. */
const LONGEST = 12

/**
 * Superscript or subscript text: `10⁵`, `H₂O`; with `^` or `_` where no such characters exist (`xᵐᵃˣ` →
 * `x^max`). Ends of ordinal numbers, trade marks and footnotes (`1st`, `®`, `[1]`) mean the same on the line.
 * `before` = the text before it.
 */
export function raisedText(kind: 'super' | 'sub', text: string, before: string): string {
  const [, start = '', core = '', end = ''] = /^(\s*)(.*?)(\s*)$/su.exec(text.length <= 200 ? text : '') ?? []
  if (core === '' || core.length > LONGEST) return text
  const characters = kind === 'super' ? SUPER : SUB
  if ([...core].every((char) => characters.has(char)))
    return start + [...core].map((char) => characters.get(char)).join('') + end
  const isAttached = /[\p{L}\p{N})\]]$/u.test(before) && start === ''
  const isOrdinal = /\d$/.test(before) && /^(\p{L}{2,4}|[aoeªº]|-?[йяе])$/iu.test(core)
  if (kind === 'super' && isOrdinal) return text
  if (!isAttached || SIGNS.test(core)) return text
  const mark = kind === 'super' ? '^' : '_'
  return /^[\p{L}\p{N}]+$/u.test(core) ? mark + core + end : `${mark}(${core})${end}`
}

/** Struck-out text as chats write it: `~~1500~~`. White space at its ends stays outside. */
export function struckText(text: string): string {
  const start = text.length - text.trimStart().length
  const core = text.trim()
  return core === '' ? text : `${text.slice(0, start)}~~${core}~~${text.slice(start + core.length)}`
}
