/** How many requests are allowed: a burst, then this many per second. */
export interface Rate {
  perSecond: number
  burst: number
}

/** Counts requests per sender and in total, in token buckets. */
export interface RateLimiter {
  /** False = above the limit: answer 429. */
  allow(address: string): boolean
}

/** More senders than this at a time share the rest of the total: memory stays bounded. */
const MOST_SENDERS = 10_000
/** A flood must not be able to cause scans of all of them. */
const FORGET_EVERY_MS = 1_000

/** `now` is in milliseconds and never runs backward. */
export function createRateLimiter(
  { each, total }: { each: Rate | null; total: Rate },
  now: () => number = () => performance.now(),
): RateLimiter {
  const all = createBucket(total, now())
  const senders = new Map<string, Bucket>()
  let forgotAt = Number.NEGATIVE_INFINITY

  const bucketOf = (sender: string, rate: Rate): Bucket => {
    let bucket = senders.get(sender)
    if (bucket === undefined) {
      if (senders.size >= MOST_SENDERS && now() - forgotAt > FORGET_EVERY_MS) {
        forgotAt = now()
        forgetIdle(senders, rate, forgotAt)
      }
      bucket = createBucket(rate, now())
      if (senders.size < MOST_SENDERS) senders.set(sender, bucket)
    }
    return bucket
  }

  return {
    allow(address) {
      if (each && !spend(bucketOf(senderOf(address), each), each, now())) return false
      return spend(all, total, now())
    },
  }
}

interface Bucket {
  left: number
  at: number
}
const createBucket = (rate: Rate, at: number): Bucket => ({ left: rate.burst, at })

function spend(bucket: Bucket, rate: Rate, now: number): boolean {
  bucket.left = Math.min(rate.burst, bucket.left + ((now - bucket.at) / 1000) * rate.perSecond)
  bucket.at = now
  if (bucket.left < 1) return false
  bucket.left -= 1
  return true
}

/** A sender with a full bucket need not be stored. */
function forgetIdle(senders: Map<string, Bucket>, rate: Rate, now: number): void {
  const refillMs = (rate.burst / rate.perSecond) * 1000
  for (const [sender, bucket] of senders) if (now - bucket.at > refillMs) senders.delete(sender)
}

/** One household has a whole /64 of IPv6. */
function senderOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = ''] = address.split('::')
  return head.split(':').slice(0, 4).join(':')
}
