import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  randomInt,
  sign,
  verify,
} from 'node:crypto'

/**
 * Cryptography shared by the relay and the desktop (docs/relay.md, "Keys and messages"). Not for the window:
 * it has no node:crypto. Keys and signatures are base64url texts on the wire and on disk.
 */

type Curve = 'ed25519' | 'x25519'
export interface KeyPair {
  publicKey: string
  privateKey: KeyObject
}

// RFC 8410: the prefix of the 32 bytes of a key in PKCS #8 and SPKI.
const OID = { ed25519: '2b6570', x25519: '2b656e' } as const
const privateHead = (curve: Curve) => Buffer.from(`302e02010030050603${OID[curve]}04220420`, 'hex')
const publicHead = (curve: Curve) => Buffer.from(`302a30050603${OID[curve]}032100`, 'hex')

/** `seed` is 32 bytes; the same seed gives the same pair. */
export function keyPair(curve: Curve, seed: Buffer = randomBytes(32)): KeyPair {
  const der = Buffer.concat([privateHead(curve), seed])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return { privateKey, publicKey: spki.subarray(-32).toString('base64url') }
}

/** Throws for a text that is not a key. */
function publicKeyOf(curve: Curve, text: string): KeyObject {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length !== 32) throw new Error('not a public key')
  return createPublicKey({ key: Buffer.concat([publicHead(curve), bytes]), format: 'der', type: 'spki' })
}

/** HKDF-SHA-256, 32 bytes. */
export const derive = (key: Buffer, salt: Buffer | string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, `chatra-planfix relay 1 ${purpose}`, 32))

/** Encodes several texts as one, unambiguously. */
const together = (...texts: (string | number)[]): string => JSON.stringify(texts)

// ---- AES-256-GCM under single-use keys --------------------------------------------------------------------

const TAG = 16
/** Every key here seals exactly one text, so a constant nonce is safe. */
const ONCE = Buffer.alloc(12)

function shut(key: Buffer, content: Buffer, header: string): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, ONCE).setAAD(Buffer.from(header))
  return Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()])
}

/** Throws when a bit of the box, of the header or of the key is wrong. */
function unshut(key: Buffer, box: Buffer, header: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, ONCE, { authTagLength: TAG })
  decipher.setAAD(Buffer.from(header)).setAuthTag(box.subarray(-TAG))
  return Buffer.concat([decipher.update(box.subarray(0, -TAG)), decipher.final()])
}

// ---- pairing ----------------------------------------------------------------------------------------------

// Crockford's alphabet: no I, L, O, U.
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const RANDOM_LETTERS = 26
const CHECK_LETTERS = 2

/** 130 random bits and a checksum against typing errors, as 7 groups of 4 letters. */
export function makePairingCode(): string {
  const letters = Array.from({ length: RANDOM_LETTERS }, () => LETTERS[randomInt(32)]).join('')
  return (letters + checkOf(letters)).match(/.{4}/g)!.join('-')
}

/**
 * The key that both sides derive from the code; null = it was mistyped. Small letters, O for 0 and I or L for
 * 1 are accepted.
 */
export function readPairingCode(typed: string): Buffer | null {
  const plain = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  const letters = plain.slice(0, RANDOM_LETTERS)
  const isCode = plain.length === RANDOM_LETTERS + CHECK_LETTERS && plain === letters + checkOf(letters)
  return isCode ? derive(Buffer.from(letters), '', 'pairing code') : null
}

function checkOf(letters: string): string {
  const digest = hash('sha256', letters, 'buffer')
  return LETTERS[digest[0]! % 32]! + LETTERS[digest[1]! % 32]!
}

/** One side of the pairing after both ephemeral X25519 keys are known. */
export interface PairingSeal {
  /** Seals this side's message; to be called once. */
  shut(content: object): string
  /** Opens the other side's message. Throws unless it was made with the same code for this exchange. */
  open(box: string): unknown
}

/**
 * The keys of a pairing are derived from the X25519 secret of two fresh keys *and* the code: an attacker who
 * does not know the code can neither open nor make a box, even by recording or changing messages. Each
 * direction has its own key, used once.
 */
export function pairingSeal(
  side: 'desktop' | 'relay',
  own: KeyPair,
  other: string,
  code: Buffer,
): PairingSeal {
  const shared = diffieHellman({ privateKey: own.privateKey, publicKey: publicKeyOf('x25519', other) })
  const [desktop, relay] = side === 'desktop' ? [own.publicKey, other] : [other, own.publicKey]
  const header = together('pairing', desktop, relay)
  const keyOf = (from: 'desktop' | 'relay') => derive(shared, code, together('pairing', from, header))
  return {
    shut: (content) => shut(keyOf(side), Buffer.from(JSON.stringify(content)), header).toString('base64url'),
    open(box) {
      const from = side === 'desktop' ? 'relay' : 'desktop'
      return JSON.parse(unshut(keyOf(from), Buffer.from(box, 'base64url'), header).toString()) as unknown
    },
  }
}

// ---- a desktop's keys -------------------------------------------------------------------------------------

/** The desktop's keys of a pairing, derived from the secret `RELAY_KEY`. */
export interface DesktopKeys {
  /** Name of the desktop at the relay: derived from its public key. */
  device: string
  sign: KeyPair
  seal: KeyPair
  /** Ed25519 key that identifies the paired relay. */
  relay: string
}

const KEY_TEXT = /^r1\.([\w-]{43})\.([\w-]{43})$/

export const relayKeyText = (seed: Buffer, relay: string): string =>
  `r1.${seed.toString('base64url')}.${relay}`
export const deviceOf = (signKey: string): string => hash('sha256', signKey, 'hex').slice(0, 12)

/** The seed of a desktop's keys; null = the text is no `RELAY_KEY`. */
export function seedIn(relayKey: string): Buffer | null {
  const found = KEY_TEXT.exec(relayKey.trim())?.[1]
  return found === undefined ? null : Buffer.from(found, 'base64url')
}

export function desktopKeys(relayKey: string): DesktopKeys | null {
  const seed = seedIn(relayKey)
  const relay = KEY_TEXT.exec(relayKey.trim())?.[2]
  return seed === null || relay === undefined ? null : { ...pairsOf(seed), relay }
}

export function pairsOf(seed: Buffer): Omit<DesktopKeys, 'relay'> {
  const sign = keyPair('ed25519', derive(seed, '', 'sign'))
  return { sign, seal: keyPair('x25519', derive(seed, '', 'seal')), device: deviceOf(sign.publicKey) }
}

// ---- each connection --------------------------------------------------------------------------------------

/** The text that both sides sign at the start of a connection: fresh nonces and both identities. */
export interface Greeting {
  relay: string
  device: string
  desktopNonce: string
  relayNonce: string
}
const greetingText = (by: 'desktop' | 'relay', { relay, device, desktopNonce, relayNonce }: Greeting) =>
  Buffer.from(together('chatra-planfix relay 1 connect', by, relay, device, desktopNonce, relayNonce))

export const freshNonce = (): string => randomBytes(32).toString('base64url')
export const signGreeting = (by: 'desktop' | 'relay', pair: KeyPair, greeting: Greeting): string =>
  sign(null, greetingText(by, greeting), pair.privateKey).toString('base64url')

/** False for a wrong signature and for texts that are no signature or key. */
export function isSigned(
  by: 'desktop' | 'relay',
  key: string,
  greeting: Greeting,
  signature: string,
): boolean {
  try {
    const bytes = Buffer.from(signature, 'base64url')
    return verify(null, greetingText(by, greeting), publicKeyOf('ed25519', key), bytes)
  } catch {
    return false
  }
}

/**
 * With this hash the relay recognises a connection's address without knowing its secret. `key` is the
 * relay's.
 */
export const addressHash = (key: Buffer, connectionId: string, secret: string): Buffer =>
  createHmac('sha256', key).update(`${connectionId}\n${secret}`).digest()

// ---- events -----------------------------------------------------------------------------------------------

/** The public header of an event; no field can be changed without breaking the seal. */
export interface EventHeader {
  seq: number
  connectionId: string
  source: 'chatra' | 'planfix' | 'planfix-chat'
  /** Milliseconds since 1970, by the relay's clock. */
  receivedAt: number
}
export interface SealedEvent {
  /** Fresh X25519 key of this event. */
  from: string
  body: Buffer
  /** The key of the body, sealed for each desktop under its name. */
  keys: Record<string, string>
}

const headerText = ({ seq, connectionId, source, receivedAt }: EventHeader) =>
  together('event', seq, connectionId, source, receivedAt)

/** Seals a body so that only these desktops can open it; the sealing side cannot open it again. */
export function sealEvent(
  header: EventHeader,
  body: string,
  desktops: readonly { device: string; sealKey: string }[],
): SealedEvent {
  const text = headerText(header)
  const content = randomBytes(32)
  const once = keyPair('x25519')
  const keys = desktops.map(({ device, sealKey }) => {
    const shared = diffieHellman({
      privateKey: once.privateKey,
      publicKey: publicKeyOf('x25519', sealKey),
    })
    const wrap = derive(shared, once.publicKey + sealKey, 'event')
    return [device, shut(wrap, content, text).toString('base64url')] as const
  })
  return {
    from: once.publicKey,
    body: shut(content, Buffer.from(body), text),
    keys: Object.fromEntries(keys),
  }
}

/** Returns the body. Throws when it was not sealed for this desktop, or when any part was changed. */
export function openEvent(
  header: EventHeader,
  sealed: { from: string; body: Buffer; key: string },
  seal: KeyPair,
): string {
  const text = headerText(header)
  const shared = diffieHellman({
    privateKey: seal.privateKey,
    publicKey: publicKeyOf('x25519', sealed.from),
  })
  const wrap = derive(shared, sealed.from + seal.publicKey, 'event')
  const content = unshut(wrap, Buffer.from(sealed.key, 'base64url'), text)
  return unshut(content, sealed.body, text).toString()
}
