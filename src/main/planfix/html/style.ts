import { calc } from '@csstools/css-calc'
import { color as parseColor, serializeRGB } from '@csstools/css-color-parser'
import { parseListOfComponentValues } from '@csstools/css-parser-algorithms'
import {
  type CSSToken,
  isTokenDimension,
  isTokenIdent,
  isTokenNumber,
  isTokenPercentage,
  isTokenWhiteSpaceOrComment,
  TokenType,
  tokenize,
} from '@csstools/css-tokenizer'

/** Values of a style attribute by property, in lower case; the effective one of a repeated property. */
export type Style = ReadonlyMap<string, Value>
export interface Value {
  /** As written, without comments. */
  text: string
  tokens: readonly CSSToken[]
  isImportant?: boolean
}

export const NO_STYLE: Style = new Map()
/** No editor writes longer ones. */
const LONGEST = 4_000
const MOST_TOKENS = 100

/** A comment repeats the same few styles. */
const remembered = new Map<string, Style>()
const REMEMBERED = 200

/** Reads a style attribute as CSS Syntax prescribes: comments, escapes, capitals, `!important`. Never fails. */
export function readStyle(css: string): Style {
  const known = remembered.get(css)
  if (known) return known
  const style = readDeclarations(css)
  if (remembered.size >= REMEMBERED) remembered.clear()
  remembered.set(css, style)
  return style
}

function readDeclarations(css: string): Style {
  const style = new Map<string, Value>()
  let parts: CSSToken[] = []
  let depth = 0
  const finish = () => {
    const read = declaration(parts)
    parts = []
    if (read) put(style, read.name, read)
  }
  for (const token of tokenize({ css: css.slice(0, LONGEST) })) {
    if (OPENING.has(token[0])) depth++
    else if (CLOSING.has(token[0])) depth = Math.max(0, depth - 1)
    if (token[0] === TokenType.EOF || (token[0] === TokenType.Semicolon && depth === 0)) finish()
    else if (token[0] !== TokenType.Comment) parts.push(token)
  }
  return style
}

/** A later value wins unless an earlier one is more important. */
function put(style: Map<string, Value>, name: string, value: Value): void {
  if (value.isImportant || style.get(name)?.isImportant !== true) style.set(name, value)
}

/** Merges several styles of one element; the most specific is last. */
export function merged(styles: readonly Style[]): Style {
  const style = new Map<string, Value>()
  for (const one of styles) for (const [name, value] of one) put(style, name, value)
  return style
}

const OPENING: ReadonlySet<TokenType> = new Set([
  TokenType.Function,
  TokenType.OpenParen,
  TokenType.OpenSquare,
  TokenType.OpenCurly,
])
const CLOSING: ReadonlySet<TokenType> = new Set([
  TokenType.CloseParen,
  TokenType.CloseSquare,
  TokenType.CloseCurly,
])

function declaration(parts: readonly CSSToken[]) {
  const [name, colon, ...rest] = parts.filter((token) => !isTokenWhiteSpaceOrComment(token))
  if (!name || !isTokenIdent(name) || colon?.[0] !== TokenType.Colon) return null
  const last = rest.at(-1)
  const isImportant = last !== undefined && isTokenIdent(last) && last[4].value.toLowerCase() === 'important'
  const from = parts.indexOf(colon) + 1
  let tokens = parts.slice(from)
  if (isImportant)
    tokens = tokens.slice(
      0,
      tokens.findLastIndex((token) => token[0] === TokenType.Delim),
    )
  const text = tokens
    .map((token) => (isTokenIdent(token) ? token[4].value : token[1]))
    .join('')
    .trim()
    .toLowerCase()
  const property = name[4].value.toLowerCase()
  if (text === '' || VALID[property]?.test(text) === false) return null
  return { name: property, text, tokens, isImportant }
}
/** Values unknown to browsers are ignored. */
const VALID: Record<string, RegExp> = {
  display:
    /^(none|contents|block|flow|list-item|run-in|flex|grid|ruby|table|inline|math|-webkit-|revert|in|un)/,
  visibility: /^(visible|hidden|collapse|inherit|initial|unset|revert)/,
}

/** Length in pixels of one `unit`; `em` refers to the surrounding text, `whole` is 100 %. */
function pixels(amount: number, unit: string, em: number, whole: number): number {
  if (unit === '%') return (amount / 100) * whole
  const size = UNITS[unit]
  if (size !== undefined) return amount * size
  return unit === 'rem' ? amount * 16 : amount * em
}
const UNITS: Record<string, number> = {
  '': 1,
  px: 1,
  pt: 4 / 3,
  pc: 16,
  in: 96,
  cm: 37.8,
  mm: 3.78,
  q: 0.945,
  vw: 10,
  vh: 10,
  vmin: 10,
  vmax: 10,
}

/** All lengths of a value in pixels; sums are evaluated first. */
export function lengthsOf(value: Value | undefined, em: number, whole: number): number[] {
  if (!value) return []
  return workedOut(value).flatMap((token) => {
    if (isTokenDimension(token)) return [pixels(token[4].value, token[4].unit.toLowerCase(), em, whole)]
    if (isTokenPercentage(token)) return [pixels(token[4].value, '%', em, whole)]
    return isTokenNumber(token) ? [token[4].value] : []
  })
}

/** Results of values that many elements share. */
const sums = new WeakMap<Value, readonly CSSToken[]>()
const colours = new WeakMap<Value, Colour | null>()

function workedOut(value: Value): readonly CSSToken[] {
  if (value.tokens.length > MOST_TOKENS || !MATHS.test(value.text)) return value.tokens
  const tokens = sums.get(value) ?? tokenize({ css: calc(value.text) })
  sums.set(value, tokens)
  return tokens
}
const MATHS = /\b(calc|min|max|clamp)\(/

/** A plain number or a percentage. */
export const numberOf = (value: Value | undefined): number | null => lengthsOf(value, 1, 1)[0] ?? null

/** Of red, green and blue (0–255) and opacity (0–1). */
export type Colour = readonly [number, number, number, number]

/** The first colour of a value; null when it contains no known colour. */
export function colourOf(value: Value | undefined): Colour | null {
  if (!value) return null
  const known = colours.get(value)
  if (known !== undefined) return known
  const colour = firstColour(value)
  colours.set(value, colour)
  return colour
}

function firstColour({ tokens }: Value): Colour | null {
  // Nested brackets take as many recursive calls.
  for (const component of parseListOfComponentValues(tokens.slice(0, MOST_TOKENS))) {
    const parsed = parseColor(component)
    if (parsed) return rgbaOf(String(serializeRGB(parsed)))
  }
  return null
}

function rgbaOf(text: string): Colour | null {
  const [red, green, blue, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number)
  return red === undefined || green === undefined || blue === undefined ? null : [red, green, blue, alpha]
}

/** A single value, as in an attribute. */
export const valueFrom = (text: string): Value => ({
  text: text.trim().toLowerCase(),
  tokens: tokenize({ css: text.slice(0, LONGEST) }).filter((token) => token[0] !== TokenType.EOF),
})
