import type { Session } from 'electron'
import type { FindProxy } from '../http/outgoing.ts'
import { environmentProxy, systemProxy } from '../http/proxy.ts'

/** A proxy script that does not answer must not keep a call waiting. */
const LONGEST_MS = 3_000

/**
 * The proxy of the system's settings, scripts included, as Chromium finds it for its own requests; else the
 * environment's. Without an answer: the environment's.
 */
export function systemProxies(
  session: Pick<Session, 'resolveProxy'>,
  environment: NodeJS.ProcessEnv = process.env,
): FindProxy {
  return async (url) => {
    const late = new Promise<string>((resolve) => setTimeout(resolve, LONGEST_MS, '').unref())
    const answer = await Promise.race([session.resolveProxy(url), late]).catch(() => '')
    return systemProxy(answer) ?? environmentProxy(url, environment)
  }
}
