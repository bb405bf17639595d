import { z } from 'zod'
import { withoutTail } from '../plain.ts'

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)

/** https anywhere, http on loopback only; without a trailing slash. */
export const address = z
  .string()
  .refine(
    (text) => {
      if (!URL.canParse(text)) return false
      const url = new URL(text)
      if (url.username || url.password || url.search || url.hash) return false
      return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
    },
    {
      error: 'must be an https address (http only on this computer), without user, query or fragment',
      params: { problem: 'address' },
    },
  )
  .transform((text) => withoutTail(text, '/'))
