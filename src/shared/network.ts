/** Why a server was not reached, as far as the owner can do something about it: ends of `wizard.problem.network.…`. */
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

/** What a code of Node's network, look-up or TLS errors means. */
export function networkTrouble(code: string): NetworkTrouble {
  const found = MEANINGS.find(([pattern]) => pattern.test(code))
  return found?.[1] ?? 'broken'
}

const MEANINGS: readonly (readonly [RegExp, NetworkTrouble])[] = [
  [/^(ENOTFOUND|EAI_NONAME|EAI_NODATA)$/, 'unknown-host'],
  // The look-up itself was not answered.
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
