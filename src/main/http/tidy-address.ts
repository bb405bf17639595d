/**
 * Characters that copying and pasting leave around an address: white space, quotes, brackets, the full stop
 * of a sentence.
 */
const AROUND = /^[\s/"'`<>()[\]{}«»“”„‟‘’‚‹›.,;:!*|\\\u00ad\u200b-\u200f\u2060\ufeff]$/u
/** As many bytes as the first of them requires: invalid sequences throw, which is slow. */
const ONE_CHARACTER =
  /^(?:%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-4](?:%[89ab][\da-f]){3})$/i
/** UTF-8 takes four bytes a character at most, three letters each. */
const LONGEST_CHARACTER = 12

/** Length of the listed character at this end of `path`, raw or encoded; 0 when there is none. */
function surplusAt(path: string, end: 'first' | 'last'): number {
  const raw = end === 'first' ? path[0] : path[path.length - 1]
  if (raw === undefined) return 0
  if (AROUND.test(raw)) return 1
  for (let length = 3; length <= Math.min(LONGEST_CHARACTER, path.length); length += 3) {
    const code = end === 'first' ? path.slice(0, length) : path.slice(-length)
    if (ONE_CHARACTER.test(code) && AROUND.test(decoded(code))) return length
  }
  return 0
}

function decoded(code: string): string {
  try {
    return decodeURIComponent(code)
  } catch {
    return ''
  }
}

/**
 * The path of a request without the characters that pasting adds: white space, quotes and the like at its
 * ends, raw or encoded (`%20`), slashes at its end, doubled slashes. The part after `?` stays. Takes time
 * linear in the length.
 */
export function tidyAddress(url: string): string {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  let [from, to] = [0, path.length]
  const near = () => [
    path.slice(from, from + LONGEST_CHARACTER),
    path.slice(Math.max(from, to - LONGEST_CHARACTER), to),
  ]
  for (let more = 1; more > 0; to -= more) more = surplusAt(near()[1] ?? '', 'last')
  for (let more = 1; more > 0 && from < to; from += more)
    more = surplusAt(near()[0]?.slice(0, to - from) ?? '', 'first')
  const kept = path.slice(from, Math.max(from, to)).replace(/\/{2,}/g, '/')
  return (path === '' ? '' : `/${kept}`) + (mark < 0 ? '' : url.slice(mark))
}
