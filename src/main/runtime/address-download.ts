import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import type { Readable } from 'node:stream'
import axios, { type AxiosAdapter } from 'axios'
import { isLoopback } from '../../shared/config.ts'
import { OutgoingAgent } from '../http/outgoing.ts'
import type { Source } from '../ingress/file-cache.ts'

const TIME_LIMIT_MS = 30_000

/** Addresses of computers that a file's address from outside must not lead to. */
const INSIDE = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  INSIDE.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  INSIDE.addSubnet(net, bits, 'ipv6')

/**
 * Reads a file at an address that a service named; null when it is gone or not to be read. Only https to computers outside
 * this network; on this computer also http, for an account that is here itself (the simulators).
 */
export async function downloadFrom(
  url: string,
  account: string,
  adapter?: AxiosAdapter,
): Promise<Source | null> {
  const target = URL.parse(url)
  if (target === null || !(await mayRead(target, account))) return null
  const answer = await axios.get<Readable>(url, {
    responseType: 'stream',
    decompress: false,
    headers: { 'Accept-Encoding': 'identity' },
    maxRedirects: 0,
    timeout: TIME_LIMIT_MS,
    validateStatus: null,
    ...(adapter && { adapter }),
    // The agent finds the proxy.
    httpsAgent: new OutgoingAgent(),
    proxy: false,
  })
  const { status, data, headers } = answer
  if (status !== 200) {
    data.destroy()
    if (status === 404 || status === 410) return null
    throw new Error(`the file's address answered HTTP ${status}`)
  }
  const size = Number(headers['content-length'])
  return {
    body: data,
    size: Number.isSafeInteger(size) && size >= 0 ? size : null,
    type: String(headers['content-type'] ?? 'application/octet-stream'),
  }
}

async function mayRead({ protocol, hostname }: URL, account: string): Promise<boolean> {
  const isHere = isLoopback(URL.parse(account)?.hostname ?? '')
  if (isLoopback(hostname)) return isHere
  if (protocol !== 'https:') return false
  const host = hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) ? [host] : (await lookup(host, { all: true })).map(({ address }) => address)
  return addresses.every((one) => !INSIDE.check(one, isIP(one) === 6 ? 'ipv6' : 'ipv4'))
}
