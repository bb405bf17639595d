import {
  type CSSToken,
  isTokenAtKeyword,
  isTokenDelim,
  isTokenHash,
  isTokenIdent,
  isTokenWhiteSpaceOrComment,
  TokenType,
  tokenize,
} from '@csstools/css-tokenizer'
import { merged, NO_STYLE, readStyle, type Style } from './style.ts'

type Attributes = Readonly<Record<string, string>>

/** The rules of a comment's `<style>` for an element; its own style attribute takes precedence. */
export type StyleSheet = (name: string, attributes: Attributes) => Style

export const NO_SHEET: StyleSheet = (_, { style }) => (style ? readStyle(style) : NO_STYLE)

/** Conditions on one element: a tag, classes, an id. Tag names in lower case. */
interface Selector {
  tag: string | null
  id: string | null
  classes: string[]
}

/**
 * Limits of a style element in UTF-16 units and rules; e-mails from Outlook contain long ones that hide
 * nothing.
 */
const LONGEST = 32_000
const MOST_RULES = 100
/** The properties used by html/appearance.ts. */
const RELEVANT =
  /display|visibility|opacity|filter|font|colou?r|background|clip|overflow|width|height|size|position|indent|margin|transform|translate|scale|text-decoration|align|white-space|left|top|inset/

/**
 * Reads the rules of style elements for tags, classes and ids, for all media. Of a selector with several
 * elements only the last one is tested, if it names a class or an id: hiding too much is better than showing
 * too much. Other selectors are ignored. Never fails.
 */
export function readStyleSheet(css: string): StyleSheet {
  const rules = rulesIn(tokenize({ css: css.slice(0, LONGEST) }))
  if (rules.length === 0) return NO_SHEET
  /** Merged styles of elements that the same rules fit: a comment repeats the same few. */
  const remembered = new Map<string, Style>()
  return (name, attributes) => {
    const key = JSON.stringify([name, attributes.id, attributes.class])
    const known = remembered.get(key) ?? fittingStyle(rules, name, attributes)
    if (remembered.size >= REMEMBERED) remembered.clear()
    remembered.set(key, known)
    const own = NO_SHEET(name, attributes)
    return known.size === 0 ? own : own.size === 0 ? known : merged([known, own])
  }
}
const REMEMBERED = 200

function fittingStyle(rules: readonly Rule[], name: string, attributes: Attributes): Style {
  const classes = new Set(attributes.class?.split(/\s+/, 50))
  const fitting = rules.filter(
    ({ selector }) =>
      (selector.tag === null || selector.tag === name) &&
      (selector.id === null || selector.id === attributes.id) &&
      selector.classes.every((one) => classes.has(one)),
  )
  return merged(fitting.map(({ style }) => style))
}

interface Rule {
  selector: Selector
  style: Style
}

function rulesIn(tokens: readonly CSSToken[]): Rule[] {
  const rules: Rule[] = []
  let [prelude, body, depth] = [[] as CSSToken[], [] as CSSToken[], 0]
  for (const token of tokens) {
    if (token[0] === TokenType.OpenCurly && isForScreens(prelude) && depth === 0) prelude = []
    else if (token[0] === TokenType.OpenCurly && depth++ === 0) body = []
    else if (token[0] === TokenType.CloseCurly && (depth === 0 || --depth === 0)) {
      for (const selector of selectorsIn(prelude)) {
        const style = readStyle(body.map((one) => one[1]).join(''))
        if ([...style.keys()].some((one) => RELEVANT.test(one))) rules.push({ selector, style })
        if (rules.length === MOST_RULES) return rules
      }
      prelude = []
      body = []
    } else if (depth > 0) body.push(token)
    else if (token[0] === TokenType.Semicolon) prelude = []
    else if (!IGNORED.has(token[0])) prelude.push(token)
  }
  return rules
}
/** Delimiters of HTML comments, in which old pages hide their styles. */
const IGNORED: ReadonlySet<TokenType> = new Set([TokenType.CDO, TokenType.CDC, TokenType.Comment])

/** Its rules are read as if they were outside. */
function isForScreens(prelude: readonly CSSToken[]): boolean {
  const [first, ...rest] = prelude.filter((token) => !isTokenWhiteSpaceOrComment(token))
  if (!first || !isTokenAtKeyword(first)) return false
  if (first[4].value.toLowerCase() !== 'media') return false
  return rest.every((token) => /^(all|screen|only|,)$/i.test(token[1]))
}

function selectorsIn(prelude: readonly CSSToken[]): Selector[] {
  const lists: CSSToken[][] = [[]]
  for (const token of prelude) {
    if (token[0] === TokenType.Comma) lists.push([])
    else lists.at(-1)!.push(token)
  }
  return lists.flatMap((list) => selectorOf(list) ?? [])
}

/** null for unsupported selectors: states, attributes, other rules. */
function selectorOf(tokens: readonly CSSToken[]): Selector | null {
  const words = tokens.slice(
    tokens.findIndex((token) => !isTokenWhiteSpaceOrComment(token)),
    tokens.findLastIndex((token) => !isTokenWhiteSpaceOrComment(token)) + 1,
  )
  const gap = words.findLastIndex(
    (token) => isTokenWhiteSpaceOrComment(token) || (isTokenDelim(token) && /[>+~]/.test(token[4].value)),
  )
  const selector: Selector = { tag: null, id: null, classes: [] }
  let isClass = false
  for (const token of words.slice(gap + 1)) {
    if (isTokenIdent(token) && isClass) selector.classes.push(token[4].value)
    else if (isTokenIdent(token)) selector.tag = token[4].value.toLowerCase()
    else if (isTokenHash(token)) selector.id = token[4].value
    else if (!isTokenDelim(token) || !/[.*]/.test(token[4].value)) return null
    isClass = isTokenDelim(token) && token[4].value === '.'
  }
  const isNamed = selector.id !== null || selector.classes.length > 0
  return words.length > 0 && (gap < 0 || isNamed) ? selector : null
}
