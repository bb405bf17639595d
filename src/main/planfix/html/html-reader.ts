import { Parser } from 'htmlparser2'
import { type DefaultTreeAdapterMap, defaultTreeAdapter, type ParserOptions, parseFragment } from 'parse5'
import type { DocumentReader } from './document-reader.ts'
import { DEEPEST, readFlat } from './flat-parser.ts'

/**
 * No editor writes as many attributes, nor nests as deep as `DEEPEST`; both would cost parse5 quadratic time.
 */
const MOST_ATTRIBUTES = 200
/** Shorter ones cannot contain enough attributes to take long. */
const LONG = 4_000

type Node = DefaultTreeAdapterMap['childNode']
type Parent = DefaultTreeAdapterMap['parentNode']

/**
 * Reads any HTML as a browser does, in time linear in its length. Never fails.
 * Two parsers: **parse5** builds the tree that the standard prescribes, so elements hidden there are hidden
 * for the employee, also with unclosed or wrongly nested tags; but deep nesting, formatting repeated in each
 * paragraph and very many attributes cost it quadratic time. **htmlparser2** is linear once its nesting is
 * limited, but closes elements by simpler rules. So parse5 reads all ordinary HTML, and htmlparser2 the HTML
 * that would make parse5 slow.
 */
export function readHtml(html: string, reader: DocumentReader): void {
  const tree = hasManyAttributes(html) ? null : treeOf(html)
  if (tree) walk(tree, reader)
  else readFlat(html, reader)
}

class TooMuch extends Error {}

/** Null when it would take too long. */
function treeOf(html: string): Parent | null {
  let room = 200 + 4 * html.split('<').length
  let open = 0
  const treeAdapter: NonNullable<ParserOptions<DefaultTreeAdapterMap>['treeAdapter']> = {
    ...defaultTreeAdapter,
    createElement(...element) {
      // Elements that the standard repeats in each paragraph can outnumber those written.
      if (--room < 0) throw new TooMuch()
      return defaultTreeAdapter.createElement(...element)
    },
    onItemPush() {
      if (++open > DEEPEST) throw new TooMuch()
    },
    onItemPop() {
      open--
    },
  }
  try {
    const inside = defaultTreeAdapter.createElement('div', 'http://www.w3.org/1999/xhtml' as never, [])
    return parseFragment(inside, html, { treeAdapter })
  } catch (error) {
    if (error instanceof TooMuch) return null
    throw error
  }
}

function walk(root: Parent, reader: DocumentReader): void {
  const waiting: (Node | string)[] = root.childNodes.toReversed()
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node === 'string') reader.close(node)
    else if (node.nodeName === '#text' && 'value' in node) reader.text(node.value)
    else if ('tagName' in node) {
      const attributes: Record<string, string> = Object.create(null)
      for (const { name, value } of node.attrs) attributes[name] = value
      const name = node.tagName.toLowerCase()
      reader.open(name, attributes)
      waiting.push(name)
      for (let n = node.childNodes.length - 1; n >= 0; n--) waiting.push(node.childNodes[n]!)
    }
  }
}

/** Reads tags only, without nesting. */
class Tags extends Parser {
  protected override isVoidElement(): boolean {
    return true
  }
}

function hasManyAttributes(html: string): boolean {
  if (html.length < LONG) return false
  let most = 0
  let count = 0
  new Tags({
    onopentagname() {
      count = 0
    },
    onattribute() {
      most = Math.max(most, ++count)
    },
  }).end(html)
  return most > MOST_ATTRIBUTES
}
