/**
 * Chromium cannot register a scheme over the DevTools protocol. Inside it `bridge://app/x` is
 * `https://app.bridge.own-scheme.invalid/x`, which does not exist on any network; the application sees its own
 * scheme.
 */
const SUFFIX = 'own-scheme.invalid'
const INSIDE = new RegExp(
  `^https://([^/:?#]+)\\.([a-z][a-z0-9+-]*)\\.${SUFFIX.replace('.', '\\.')}(?=[/?#]|$)`,
)

/** The schemes given to `protocol.registerSchemesAsPrivileged`. */
export const ownSchemes = new Set<string>()

export function toInside(address: string): string {
  const [, scheme = '', host = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]+)(.*)$/s.exec(address) ?? []
  return ownSchemes.has(scheme) ? `https://${host}.${scheme}.${SUFFIX}${rest === '' ? '/' : rest}` : address
}

export function toOutside(address: string): string {
  return address.replace(INSIDE, (_all, host: string, scheme: string) => `${scheme}://${host}`)
}

/** A Content-Security-Policy names the scheme too. */
export function policyInside(policy: string): string {
  let inside = policy
  for (const scheme of ownSchemes) {
    inside = inside
      .replaceAll(new RegExp(`\\b${scheme}://([^\\s;/]+)`, 'g'), `https://$1.${scheme}.${SUFFIX}`)
      .replaceAll(new RegExp(`\\b${scheme}:(?=[\\s;]|$)`, 'g'), `https://*.${scheme}.${SUFFIX}`)
  }
  return inside
}
