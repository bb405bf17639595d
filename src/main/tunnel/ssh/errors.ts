import type { Words } from '../../../shared/api.ts'
import { networkTrouble } from '../../../shared/setup/network.ts'
import type { TunnelProblem } from '../provider.ts'

/** The last part of a key `tunnel.problem.ssh.…`. `retries` = it may be temporary. */
export const sshProblem = (
  what: string,
  detail: string,
  { retries = true, params = {} }: { retries?: boolean; params?: Words['params'] } = {},
): TunnelProblem => ({
  words: { key: `tunnel.problem.ssh.${what}`, params },
  retries,
  detail: `ssh: ${detail}`.replace(/[\r\n]+/g, ' ').slice(0, 300),
})

/** Meaning of a connection error. */
export function connectionProblem(error: Error, server: { host: string; user: string }): TunnelProblem {
  const { host, user } = server
  const level = 'level' in error ? String(error.level) : ''
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const params = { host, user }
  switch (level) {
    case 'client-authentication':
      return sshProblem('login', error.message, { retries: false, params })
    case 'client-timeout':
      return sshProblem(/keepalive/i.test(error.message) ? 'silent' : 'time-out', error.message, { params })
    case 'protocol':
    case 'handshake':
      return sshProblem('not-ssh', error.message, { params })
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') return sshProblem('broken', error.message, { params })
  const trouble = networkTrouble(code)
  return sshProblem(NETWORK.has(trouble) ? trouble : 'broken', error.message, { params })
}

const NETWORK = new Set(['unknown-host', 'no-network', 'refused', 'time-out'])
