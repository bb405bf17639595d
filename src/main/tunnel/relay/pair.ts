import { randomBytes } from 'node:crypto'
import type { z } from 'zod'
import { address as addressSchema } from '../../../shared/config.ts'
import { post as postOnce } from '../../http/outgoing.ts'
import {
  keyPair,
  pairingSeal,
  pairsOf,
  readPairingCode,
  relayKeyText,
  seedIn,
} from '../../relay-protocol/keys.ts'
import { PATHS, pairBegun, pairFinished, relayIntroduction } from '../../relay-protocol/messages.ts'
import type { TunnelProblem } from '../provider.ts'
import { type RelayTrouble, relayProblem, requestErrorCode } from './problems.ts'

export type Paired =
  /** `key` is the secret `RELAY_KEY`; `deviceId` is the relay's name for this computer (`relay pairs`). */
  { ok: true; url: string; deviceId: string; key: string } | { ok: false; problem: TunnelProblem }

const LONGEST_MS = 10_000

/**
 * Pairs this computer with a relay by the code that `relay pair` printed there. The protocol is that of
 * src/main/relay/pairing.ts: the code itself is never sent, and an attacker without the code can impersonate
 * neither the relay nor this computer. With `before`, the RELAY_KEY of an earlier pairing, this computer
 * keeps its identity at the relay.
 */
export async function pairWithRelay(options: {
  url: string
  code: string
  /** The relay's label for this computer. */
  name: string
  before?: string | null
}): Promise<Paired> {
  const failed = (trouble: RelayTrouble): Paired => ({
    ok: false,
    problem: relayProblem(trouble, options.url),
  })
  const address = addressSchema.safeParse(options.url.trim())
  if (!address.success) return failed({ kind: 'address' })
  const code = readPairingCode(options.code)
  if (code === null) return failed({ kind: 'code-mistyped' })
  const url = address.data

  const own = keyPair('x25519')
  const begun = await post(url + PATHS.pairBegin, { key: own.publicKey }, pairBegun)
  if (!begun.ok) return failed(begun.trouble)
  const seed = (options.before ? seedIn(options.before) : null) ?? randomBytes(32)
  const { sign, seal, device } = pairsOf(seed)
  try {
    const boxes = pairingSeal('desktop', own, begun.value.key, code)
    const box = boxes.shut({
      sign: sign.publicKey,
      seal: seal.publicKey,
      name: options.name.trim().slice(0, 100),
    })
    const finish = { exchange: begun.value.exchange, box }
    const finished = await post(url + PATHS.pairFinish, finish, pairFinished)
    if (!finished.ok) return failed(finished.trouble)
    const { relay } = relayIntroduction.parse(boxes.open(finished.value.box))
    return { ok: true, url, deviceId: device, key: relayKeyText(seed, relay) }
  } catch {
    // It does not know the code, so it is not the relay that printed it.
    return failed({ kind: 'code-foreign' })
  }
}

async function post<T>(
  address: string,
  body: object,
  schema: z.ZodType<T>,
): Promise<{ ok: true; value: T } | { ok: false; trouble: RelayTrouble }> {
  try {
    const { status, text } = await postOnce(address, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(LONGEST_MS),
    })
    if (status === 403) return { ok: false, trouble: { kind: 'code-wrong' } }
    if (status === 429) return { ok: false, trouble: { kind: 'busy' } }
    const read = schema.safeParse(status >= 200 && status < 300 ? JSON.parse(text) : null)
    if (read.success) return { ok: true, value: read.data }
    return { ok: false, trouble: { kind: 'foreign', detail: `status ${status}` } }
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, trouble: { kind: 'foreign', detail: 'no JSON' } }
    return { ok: false, trouble: { kind: 'network', code: requestErrorCode(error) } }
  }
}
