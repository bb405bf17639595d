import { hash, timingSafeEqual } from 'node:crypto'

/** Compares in constant time: texts of different lengths are hashed first. */
export const isSameSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'))
