/**
 * Why a server could not be reached, as far as the owner can act on it: the last part of
 * `wizard.problem.network.…`.
 */
export type NetworkTrouble =
  | 'unknown-host'
  | 'no-network'
  | 'refused'
  | 'certificate-expired'
  | 'certificate-untrusted'
  | 'certificate-name'
  | 'not-secure'
  | 'time-out'
  | 'broken'

/** The meaning of an error code of Node's network, DNS or TLS. */
export function networkTrouble(code: string): NetworkTrouble {
  const found = MEANINGS.find(([pattern]) => pattern.test(code))
  return found?.[1] ?? 'broken'
}

const MEANINGS: readonly (readonly [RegExp, NetworkTrouble])[] = [
  [/^(ENOTFOUND|EAI_NONAME|EAI_NODATA)$/, 'unknown-host'],
  // The DNS query got no answer.
  [/^(EAI_\w+|ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)$/, 'no-network'],
  [/^ECONNREFUSED$/, 'refused'],
  [/^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/, 'certificate-expired'],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, 'certificate-name'],
  [
    /^(CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|INVALID_CA|INVALID_PURPOSE)$/,
    'certificate-untrusted',
  ],
  [/^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)$/, 'not-secure'],
  [/^(ETIMEDOUT|time-out)$/, 'time-out'],
]
