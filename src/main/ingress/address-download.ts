import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { Readable } from 'node:stream'
import axios, { type AxiosAdapter, type AxiosResponse } from 'axios'
import { isLoopback } from '../../shared/config.ts'
import { OutgoingAgent } from '../http/outgoing.ts'
import type { Source } from './file-cache.ts'

const TIME_LIMIT_MS = 30_000
/** A service may send the reader on to its storage. */
const MOST_REDIRECTS = 3

/** Computers that a file's address from outside must not lead to. */
const INSIDE = new BlockList()
for (const net of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::/127',
  'fc00::/7',
  'fe80::/10',
]) {
  const [address = '', bits] = net.split('/')
  INSIDE.addSubnet(address, Number(bits), familyOf(address))
}

/**
 * Reads a file at an address that a service named; null when it is gone or not to be read. Only https to computers outside
 * this network, whose names are resolved once and checked for the connection itself; on this computer also http, for an
 * `account` that is here (the simulators). Through a proxy the proxy resolves names. Rejects when the file cannot be read
 * now.
 */
export async function downloadFrom(
  url: string,
  account: string,
  adapter?: AxiosAdapter,
): Promise<Source | null> {
  const isAccountHere = isLoopback(URL.parse(account)?.hostname ?? '')
  let address = url
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    if (!mayRead(address, isAccountHere)) return null
    const answer = await ask(address, isAccountHere, adapter)
    if (answer === null) return null
    const { status, data, headers } = answer
    if (status === 200) return sourceOf(answer)
    data.destroy()
    const next = status >= 300 && status < 400 ? URL.parse(String(headers.location ?? ''), address) : null
    if (next === null) {
      if (status === 404 || status === 410) return null
      throw new Error(`the address of the file answered HTTP ${status}`)
    }
    address = next.href
  }
  return null
}

async function ask(
  url: string,
  isAccountHere: boolean,
  adapter?: AxiosAdapter,
): Promise<AxiosResponse<Readable> | null> {
  try {
    return await axios.get<Readable>(url, {
      responseType: 'stream',
      decompress: false,
      headers: { 'Accept-Encoding': 'identity' },
      maxRedirects: 0,
      timeout: TIME_LIMIT_MS,
      validateStatus: null,
      ...(adapter && { adapter }),
      // The agent finds the proxy.
      httpsAgent: new OutgoingAgent(isAccountHere ? {} : { lookup: lookupOutside }),
      proxy: false,
    })
  } catch (error) {
    if (isInside(error)) return null
    throw error
  }
}

function sourceOf({ data, headers }: AxiosResponse<Readable>): Source {
  const size = Number(headers['content-length'] ?? Number.NaN)
  return {
    body: data,
    size: Number.isSafeInteger(size) && size >= 0 ? size : null,
    type: String(headers['content-type'] ?? 'application/octet-stream'),
  }
}

function mayRead(address: string, isAccountHere: boolean): boolean {
  const url = URL.parse(address)
  if (url === null) return false
  if (isLoopback(url.hostname)) return isAccountHere
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // The resolver is not asked for a number.
  return url.protocol === 'https:' && !(isIP(host) > 0 && INSIDE.check(host, familyOf(host)))
}

const INSIDE_CODE = 'ERR_INSIDE'
const isInside = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === INSIDE_CODE

/** Node's lookup, which finds no computers of this network. */
const lookupOutside: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, found) => {
    if (error) return done(error, [])
    if (found.some(({ address }) => INSIDE.check(address, familyOf(address))))
      return done(
        Object.assign(new Error(`${host} is a computer of this network`), { code: INSIDE_CODE }),
        [],
      )
    const [first] = found
    if (options.all === true || !first) return done(null, found)
    done(null, first.address, first.family)
  })
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
