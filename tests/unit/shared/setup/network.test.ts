import { expect, test } from 'vitest'
import { networkTrouble } from '../../../../src/shared/setup/network.ts'

test.each([
  ['ENOTFOUND', 'unknown-host'],
  ['EAI_NONAME', 'unknown-host'],
  ['EAI_NODATA', 'unknown-host'],
  ['EAI_AGAIN', 'no-network'],
  ['ENETUNREACH', 'no-network'],
  ['EHOSTUNREACH', 'no-network'],
  ['ENETDOWN', 'no-network'],
  ['EHOSTDOWN', 'no-network'],
  ['EADDRNOTAVAIL', 'no-network'],
  ['ECONNREFUSED', 'refused'],
  ['CERT_HAS_EXPIRED', 'certificate-expired'],
  ['CERT_NOT_YET_VALID', 'certificate-expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate-name'],
  ['HOSTNAME_MISMATCH', 'certificate-name'],
  ['CERT_UNTRUSTED', 'certificate-untrusted'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate-untrusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate-untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate-untrusted'],
  ['INVALID_CA', 'certificate-untrusted'],
  ['INVALID_PURPOSE', 'certificate-untrusted'],
  ['EPROTO', 'not-secure'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'not-secure'],
  ['ERR_TLS_HANDSHAKE_TIMEOUT', 'not-secure'],
  ['ETIMEDOUT', 'time-out'],
  ['time-out', 'time-out'],
  ['ECONNRESET', 'broken'],
  ['', 'broken'],
])('the code %j means %s', (code, meaning) => {
  expect(networkTrouble(code)).toBe(meaning)
})

test.each([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETDOWN',
  'ECONNREFUSED',
  'CERT_HAS_EXPIRED',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'EPROTO',
  'ETIMEDOUT',
])('a code that only contains %s has no known meaning', (code) => {
  expect(networkTrouble(`X${code}`)).toBe('broken')
  expect(networkTrouble(`${code}-X`)).toBe('broken')
})
