import { existsSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import { parseAst } from 'vite'

/**
 * An import of a built file: by import, export … from, import(), require() and new URL(…, import.meta.url).
 */
export interface Asked {
  /** As written. */
  name: string
  /** A call decides when it is loaded (import(), require()); otherwise it is loaded at the start. */
  isCalled: boolean
}

export interface Reached {
  /** All our files that are reachable by imports, including the entry itself; absolute paths. */
  files: Set<string>
  /** Imports of external packages, except Node's own modules, with the importing file. */
  outside: Map<string, string>
  /** An imported file that does not exist. */
  missing: { name: string; from: string }[]
}

/** Follows every import from an entry of the build. */
export function reachedFrom(entry: string): Reached {
  const reached: Reached = { files: new Set(), outside: new Map(), missing: [] }
  const waiting = [entry]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.files.has(file)) continue
    reached.files.add(file)
    for (const { name } of askedBy(readFileSync(file, 'utf8'))) {
      if (isBuiltin(name)) continue
      if (!name.startsWith('.')) reached.outside.set(name, file)
      else if (existsSync(join(dirname(file), name))) waiting.push(join(dirname(file), name))
      else reached.missing.push({ name, from: file })
    }
  }
  return reached
}

export const isBuiltin = (name: string): boolean =>
  name.startsWith('node:') || builtinModules.includes(name) || builtinModules.includes(name.split('/')[0]!)

/** Parses the code (its syntax, not its text): strings and comments are not imports. */
export function askedBy(code: string): Asked[] {
  const asked: Asked[] = []
  walk(parseAst(code, { lang: 'js' }), (node) => {
    const from = literal(node.source)
    if (from !== null && /^(Import|Export)/.test(String(node.type))) {
      asked.push({ name: from, isCalled: node.type === 'ImportExpression' })
    }
    if (node.type === 'CallExpression' && isRequire(node.callee)) {
      const name = literal((node.arguments as unknown[])[0])
      if (name !== null) asked.push({ name, isCalled: true })
    }
    if (node.type === 'NewExpression' && (node.callee as Node).name === 'URL') {
      const [name, base] = node.arguments as unknown[]
      const path = literal(name)
      if (path !== null && isMetaUrl(base)) asked.push({ name: path, isCalled: true })
    }
  })
  return asked
}

type Node = Record<string, unknown>

/** `require`, and the builder's own `__require` made by createRequire; also `require.resolve`. */
function isRequire(callee: unknown): boolean {
  const { type, name, object } = callee as Node
  if (type === 'MemberExpression') return isRequire(object)
  return type === 'Identifier' && /^(__)?require(\$\d+)?$/.test(String(name))
}

const isMetaUrl = (node: unknown): boolean =>
  (node as Node | undefined)?.type === 'MemberExpression' &&
  ((node as Node).object as Node).type === 'MetaProperty'

/** A string literal with any quotes. */
const literal = (node: unknown): string | null => {
  const { type, value, quasis } = (node ?? {}) as Node
  if (type === 'Literal' && typeof value === 'string') return value
  const [whole, ...more] = type === 'TemplateLiteral' ? (quasis as { value: { cooked: string } }[]) : []
  return whole && more.length === 0 ? whole.value.cooked : null
}

function walk(node: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(node)) for (const one of node) walk(one, visit)
  else if (node !== null && typeof node === 'object') {
    if ('type' in node) visit(node as Node)
    for (const value of Object.values(node))
      if (value !== null && typeof value === 'object') walk(value, visit)
  }
}
