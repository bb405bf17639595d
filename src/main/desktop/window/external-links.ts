/**
 * A link that may be passed to the system's browser, as a whole address; null otherwise. Other schemes start
 * programs, and a user name before the host only imitates a host.
 */
export function externalLink(url: string): string | null {
  if (!URL.canParse(url)) return null
  const { protocol, username, password, hostname, href } = new URL(url)
  const isWeb = protocol === 'https:' || protocol === 'http:'
  return isWeb && username === '' && password === '' && hostname !== '' ? href : null
}
