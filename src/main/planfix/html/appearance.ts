import { type Colour, colourOf, lengthsOf, numberOf, type Style, valueFrom } from './style.ts'
import { NO_SHEET, type StyleSheet } from './style-sheet.ts'

/** How an element is shown, as far as its HTML says: inherited values and its own. */
export interface Appearance {
  /** Neither the element nor its content is shown. */
  isGone: boolean
  /** CSS `visibility`: descendants may be visible all the same. */
  isVisible: boolean
  /** Pixels. */
  fontSize: number
  /** null = unknown, so it counts as readable. */
  colour: Colour | null
  background: Colour | null
  /** Spaces and line ends of the source are kept (CSS `white-space`). */
  keepsSpaces: boolean
  /** What the element itself does with its text, whatever surrounds it. */
  own: { isBlock: boolean; isStruck: boolean; raised: 'super' | 'sub' | null }
}

const WHITE: Colour = [255, 255, 255, 1]
const RUN: Appearance['own'] = { isBlock: false, isStruck: false, raised: null }
const BLOCK: Appearance['own'] = { ...RUN, isBlock: true }

/** A comment in Planfix: dark text on white. */
export const PAGE: Appearance = {
  isGone: false,
  isVisible: true,
  fontSize: 14,
  colour: null,
  background: WHITE,
  keepsSpaces: false,
  own: BLOCK,
}

/** Smaller text, or a smaller box, is not readable. Pixels. */
const SMALLEST = 2
/** Fainter text is invisible. */
const FAINTEST = 0.05
/** Positions further to the left or up are out of reach. Pixels. */
const FAR_OFF = 900

/** True if text in it is visible. */
export const isTextShown = (look: Appearance): boolean =>
  !look.isGone && look.isVisible && look.fontSize >= SMALLEST && isReadable(look)

/** True if a picture in it is visible: size and colour of the text do not matter. */
export const isPictureShown = (look: Appearance): boolean => !look.isGone && look.isVisible

function isReadable({ colour, background }: Appearance): boolean {
  if (colour === null) return true
  if (colour[3] < FAINTEST) return false
  return background === null || [0, 1, 2].some((n) => Math.abs(colour[n]! - background[n]!) > 6)
}

/** Their content is never shown, at least not as text. */
export const SILENT: ReadonlySet<string> = new Set(
  'audio canvas datalist head iframe noembed noframes noscript object rp script style svg template title video'.split(
    ' ',
  ),
)
/** Links and marked text have their own colour. */
const OWN_COLOURS: Record<string, { colour: Colour | null; background?: Colour }> = {
  a: { colour: null },
  mark: { colour: null, background: [255, 255, 0, 1] },
}
const STRUCK = new Set(['s', 'del', 'strike'])
const RAISED: Record<string, 'super' | 'sub'> = { sup: 'super', sub: 'sub' }

/**
 * Appearance of an element inside one that looks like `parent`. `isBlock`: the element's name makes a box.
 * Uses only attributes and the comment's own styles; every way of hiding that these can express counts.
 */
export function appearanceOf(
  parent: Appearance,
  name: string,
  attributes: Readonly<Record<string, string>>,
  isBlock: boolean,
  sheet: StyleSheet = NO_SHEET,
): Appearance {
  if (parent.isGone) return parent
  const style = sheet(name, attributes)
  const colours = OWN_COLOURS[name]
  const isPlain =
    style.size === 0 && colours === undefined && !('color' in attributes) && !('bgcolor' in attributes)
  const own = ownOf(name, style, isBlock)
  const isGone = isHidden(name, attributes, style, parent.fontSize, isBlock)
  if (isPlain) {
    const keepsSpaces = parent.keepsSpaces || name === 'pre'
    if (!isGone && keepsSpaces === parent.keepsSpaces && own === parent.own) return parent
    return { ...parent, isGone, keepsSpaces, own }
  }
  const background = backgroundOf(attributes, style)
  const behind = colours?.background ?? parent.background
  return {
    isGone,
    isVisible: visibilityOf(parent, style),
    fontSize: fontSizeOf(parent, style),
    colour: textColourOf(colours ? colours.colour : parent.colour, name, attributes, style),
    background: background === undefined ? behind : background,
    keepsSpaces: spacesOf(parent, name, style),
    own,
  }
}

function isHidden(
  name: string,
  attributes: Readonly<Record<string, string>>,
  style: Style,
  em: number,
  isBlock: boolean,
): boolean {
  if (SILENT.has(name)) return true
  const display = style.get('display')?.text
  if (display !== undefined) {
    if (display.startsWith('none')) return true
  } else if ('hidden' in attributes || 'popover' in attributes) return true
  if (name === 'dialog' && !('open' in attributes)) return true
  return style.size > 0 && isMadeUnseen(style, em, isBlock)
}

function isMadeUnseen(style: Style, em: number, isBlock: boolean): boolean {
  const opacity = numberOf(style.get('opacity'))
  if (opacity !== null && opacity < FAINTEST) return true
  if (/opacity\(\s*0*\.?0*%?\s*\)/.test(style.get('filter')?.text ?? '')) return true
  if (style.get('content-visibility')?.text === 'hidden') return true
  return isClipped(style, em) || isFarOff(style, em) || hasNoRoom(style, em, isBlock)
}

const isPlaced = (style: Style) => /^(absolute|fixed)/.test(style.get('position')?.text ?? '')

/** `clip`, `clip-path` or a scale of zero leaves nothing of it. */
function isClipped(style: Style, em: number): boolean {
  const clip = style.get('clip')
  if (clip?.text.startsWith('rect') && isPlaced(style)) {
    const [top, right, bottom, left] = lengthsOf(clip, em, 0)
    if (left !== undefined && (bottom! - top! < SMALLEST || right! - left < SMALLEST)) return true
  }
  const path = style.get('clip-path')
  const [first] = lengthsOf(path, em, 100)
  if (path?.text.startsWith('inset') && /^inset\(\s*[\d.]+%/.test(path.text) && (first ?? 0) >= 50)
    return true
  if (/^(circle|ellipse)/.test(path?.text ?? '') && first === 0) return true
  const transform = /(?:scale[xy3d]*|matrix)\(\s*([-\d.]+)/.exec(style.get('transform')?.text ?? '')
  const scale = transform ? Number(transform[1]) : numberOf(style.get('scale'))
  return scale !== null && Math.abs(scale) < 0.02
}

/** Positioned out of sight. */
function isFarOff(style: Style, em: number): boolean {
  const shift = (property: string) => Math.min(0, ...lengthsOf(style.get(property), em, 1_000))
  const isMoved = isPlaced(style) || style.get('position')?.text === 'relative'
  const shifts = [
    'text-indent',
    'margin-left',
    'margin-top',
    'margin',
    'transform',
    'translate',
    'inset-inline-start',
  ]
  if (isMoved) shifts.push('left', 'top', 'right', 'bottom', 'inset')
  return shifts.some((property) => shift(property) < -FAR_OFF)
}

/**
 * A box without size and without overflow. Inline text has no box of its own, so its size does not count.
 */
function hasNoRoom(style: Style, em: number, isBlock: boolean): boolean {
  const display = style.get('display')?.text ?? (isBlock ? 'block' : 'inline')
  const float = style.get('float')?.text ?? 'none'
  if (/^(inline|contents)$/.test(display) && !isPlaced(style) && float === 'none') return false
  const cuts = ['overflow', 'overflow-x', 'overflow-y'].some((one) =>
    /hidden|clip|scroll|auto/.test(style.get(one)?.text ?? ''),
  )
  if (!cuts) return false
  return ['width', 'height', 'max-width', 'max-height', 'block-size', 'inline-size'].some((property) => {
    const [length] = lengthsOf(style.get(property), em, 1_000)
    return length !== undefined && length < SMALLEST
  })
}

function visibilityOf(parent: Appearance, style: Style): boolean {
  const visibility = style.get('visibility')?.text
  if (visibility === undefined || /^(inherit|unset|revert)/.test(visibility)) return parent.isVisible
  return visibility !== 'hidden' && visibility !== 'collapse'
}

function fontSizeOf(parent: Appearance, style: Style): number {
  const size = style.get('font-size') ?? style.get('font')
  // The weight comes before the size and is no length; the value after a slash is the line height.
  const text = size?.text.split('/', 1)[0] ?? ''
  const name = style.has('font-size') ? text : ''
  if (/^(inherit|unset|revert|smaller|larger)/.test(name)) return parent.fontSize
  const isWritten =
    style.has('font-size') || /(^|\s)0*\.?0+($|\s|\/)|\d(px|pt|em|rem|%|pc|vw|vh|cm|mm|in|q)/.test(text)
  const sizes = isWritten && size ? lengthsOf(valueFrom(text), parent.fontSize, parent.fontSize) : []
  const [first] = style.has('font-size') ? sizes : sizes.toReversed()
  if (first !== undefined) return first
  // A keyword such as `small` or `initial`.
  return size && style.has('font-size') ? PAGE.fontSize : parent.fontSize
}

function textColourOf(
  around: Colour | null,
  name: string,
  attributes: Readonly<Record<string, string>>,
  style: Style,
): Colour | null {
  const value = style.get('-webkit-text-fill-color') ?? style.get('color')
  if (value && !/^(inherit|unset|revert|currentcolor)/.test(value.text)) return colourOf(value)
  return name === 'font' && attributes.color ? colourOf(valueFrom(attributes.color)) : around
}

/** undefined = use the next one. */
function backgroundOf(attributes: Readonly<Record<string, string>>, style: Style): Colour | null | undefined {
  const value = style.get('background') ?? style.get('background-color')
  if (style.has('background-image') || /url\(|gradient\(/.test(value?.text ?? '')) return null
  const colour = colourOf(value ?? (attributes.bgcolor ? valueFrom(attributes.bgcolor) : undefined))
  if (colour === null) return undefined
  return colour[3] < FAINTEST ? undefined : colour[3] < 1 ? null : colour
}

function spacesOf(parent: Appearance, name: string, style: Style): boolean {
  const value = style.get('white-space')?.text
  if (value === undefined || /^(inherit|unset|revert)/.test(value))
    return parent.keepsSpaces || name === 'pre'
  return value.startsWith('pre') || value.startsWith('break-spaces')
}

function ownOf(name: string, style: Style, isBlockByName: boolean): Appearance['own'] {
  const display = style.get('display')?.text ?? ''
  const isBlock = /^inline/.test(display)
    ? false
    : isBlockByName || /^(block|flex|grid|flow-root|list-item|table$)/.test(display)
  const line = style.get('text-decoration')?.text ?? style.get('text-decoration-line')?.text
  const isStruck = line === undefined ? STRUCK.has(name) : line.includes('line-through')
  const align = style.get('vertical-align')?.text
  const raised = align === 'super' || align === 'sub' ? align : (RAISED[name] ?? null)
  if (isStruck || raised) return { isBlock, isStruck, raised }
  return isBlock ? BLOCK : RUN
}
