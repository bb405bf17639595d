import tls from 'node:tls'

/**
 * Trusts the system's certificates as well, for every call of this process: an office that inspects outgoing
 * traffic installs its own certificate there. With only Node's bundled ones every call would fail, and the
 * fuse that ignores NODE_OPTIONS disables NODE_EXTRA_CA_CERTS, too (Electron: docs/tutorial/fuses.md). Some
 * 100 ms; never throws. A Node that was started with --use-system-ca trusts them already.
 */
export function trustSystemCertificates(
  log: { warn(fields: object, text: string): void },
  trust: Pick<typeof tls, 'getCACertificates' | 'setDefaultCACertificates'> = tls,
  startedWith: readonly string[] = process.execArgv,
): void {
  if (startedWith.includes('--use-system-ca')) return
  try {
    const both = [...trust.getCACertificates('default'), ...trust.getCACertificates('system')]
    trust.setDefaultCACertificates([...new Set(both)])
  } catch (error) {
    log.warn(
      { detail: String(error) },
      "the system's certificates could not be read: only the bundled ones count",
    )
  }
}
