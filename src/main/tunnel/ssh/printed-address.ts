import { withoutTail } from '../../../shared/plain.ts'

/**
 * The public address that a forwarding service prints after the forward is open; null while there is none.
 * Such services greet with links to their site first, so a line about forwarding takes precedence over a line
 * that is only an address, and a later line over an earlier one; other lines are ignored. It is a guess until
 * it is proven.
 */
export function printedAddress(output: string): string | null {
  const lines = plain(output).split(/[\r\n]+/)
  return lastIn(lines.filter(saysSo)) ?? lastIn(lines.filter((line) => ALONE.test(line)))
}

/** True if the line was certain, so that no better one can follow. */
export const printsForwarding = (output: string): boolean =>
  lastIn(
    plain(output)
      .split(/[\r\n]+/)
      .filter(saysSo),
  ) !== null

/** `Forwarding HTTP traffic from https://…`, `… tunneled with tls termination, https://…`, `Tunnel URL: https://…` */
function saysSo(line: string): boolean {
  const word = FORWARDING.exec(line)
  return word !== null && line.toLowerCase().includes('https://', word.index + word[0].length)
}
const FORWARDING = /\b(?:forward|tunnel)\w*/i
const ALONE = /^\s*https:\/\/\S+\s*$/
const ADDRESS = /https:\/\/[^\s"'<>()[\]{}|\\^`,;]+/gi

function lastIn(lines: readonly string[]): string | null {
  const found = lines.flatMap((line) => line.match(ADDRESS) ?? []).flatMap((text) => rootOf(text) ?? [])
  return found.at(-1) ?? null
}

/** A tunnel has its own host; an address with a path, a user or a query is a web page. */
function rootOf(text: string): string | null {
  const bare = withoutTail(text, '.!:')
  if (!URL.canParse(bare)) return null
  const url = new URL(bare)
  const isBare = url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password
  return isBare && /^[^.]+(\.[^.]+)+$/.test(url.hostname) ? url.origin : null
}

/** Without colours and other terminal commands. */
const plain = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  text.replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g, '')
