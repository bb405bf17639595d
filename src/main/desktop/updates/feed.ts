import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../runtime/application.ts'

/** The source of updates. */
export interface UpdateFeed {
  /** For the log. */
  source: string
  /** The system installs the package, after asking for a password. */
  asksPassword: boolean
}

/**
 * The feed configured by packaging: `publish` in electron-builder.yml creates the file `app-update.yml`
 * beside the program, which the updater reads itself (on Windows with the names of the accepted publishers,
 * so an address from another source would disable that check). Null = no updates: the file is missing, or its
 * address is not trustworthy.
 */
export function updateFeedIn(resourcesPath: string | undefined, log: Log): UpdateFeed | null {
  if (resourcesPath === undefined) return null
  const text = contentOf(join(resourcesPath, 'app-update.yml'))
  if (text === null) return null
  const feed = readUpdateFeed(text)
  if (!feed.ok) {
    log.warn({ why: feed.why }, 'updates are off: app-update.yml is not accepted')
    return null
  }
  const kind = contentOf(join(resourcesPath, 'package-type'))?.trim() ?? ''
  return { source: feed.source, asksPassword: kind !== '' }
}

/** Only providers whose addresses are all https, and whose options name no other host. */
export function readUpdateFeed(text: string): { ok: true; source: string } | { ok: false; why: string } {
  const values = topLevel(text)
  const provider = values.get('provider')
  const addresses = [...text.matchAll(/\b([a-z][a-z0-9+.-]*):\/\//gi)].map(([, scheme]) =>
    scheme!.toLowerCase(),
  )
  if (addresses.some((scheme) => scheme !== 'https')) return { ok: false, why: 'an address is not https' }
  if (values.has('protocol') && values.get('protocol') !== 'https')
    return { ok: false, why: 'protocol is not https' }
  switch (provider) {
    case 'github': {
      const { owner, repo } = Object.fromEntries(values)
      return owner && repo
        ? { ok: true, source: `github ${owner}/${repo}` }
        : { ok: false, why: 'owner or repo is missing' }
    }
    case 'generic': {
      const url = values.get('url') ?? ''
      return URL.canParse(url) && url.startsWith('https://')
        ? { ok: true, source: new URL(url).host }
        : { ok: false, why: 'url is not an https address' }
    }
    default:
      return { ok: false, why: `the provider ${provider ?? '(none)'} is not known here` }
  }
}

/** `key: value` lines at the left margin, as electron-builder writes them; quotes are removed. */
function topLevel(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^([A-Za-z]\w*):\s+(.*\S)\s*$/.exec(line) ?? []
    if (key !== undefined && value !== undefined) values.set(key, value.replace(/^(['"])(.*)\1$/, '$2'))
  }
  return values
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
