import type { Time } from './steps.ts'

const MINUTE = 60_000
const QUARTER = 15 * MINUTE
/** Planfix truncates the seconds, and clocks differ. */
const SLACK = 3 * MINUTE

/** The digits of a time as if they were UTC, milliseconds; null where there are none. */
export const localOf = (time: Time): number | null => {
  const parts = /^(\d\d)-(\d\d)-(\d{4})$/.exec(time?.date ?? '')
  const clock = /^(\d\d):(\d\d)/.exec(time?.time ?? '')
  if (!parts || !clock) return null
  return Date.UTC(+parts[3]!, +parts[2]! - 1, +parts[1]!, +clock[1]!, +clock[2]!)
}
export const statedOf = (time: Time): number | null => {
  const stated = Date.parse(time?.datetime ?? '')
  return Number.isNaN(stated) ? null : stated
}
export const isNear = (one: number, other: number): boolean => Math.abs(one - other) <= SLACK

/** Local digits minus UTC, to a quarter of an hour. */
export const zoneAt = (local: number, at: number): number => Math.round((local - at) / QUARTER) * QUARTER

/** "dd-MM-yyyy HH:mm" in UTC. */
export function minuteText(ms: number): string {
  const iso = new Date(ms).toISOString()
  return `${iso.slice(8, 10)}-${iso.slice(5, 7)}-${iso.slice(0, 4)} ${iso.slice(11, 16)}`
}
export function timePoint(ms: number): { datetime: string; dateTimeUtcSeconds: string } {
  const iso = new Date(ms).toISOString()
  return { datetime: `${iso.slice(0, 16)}Z`, dateTimeUtcSeconds: `${iso.slice(0, 19)}+0000` }
}
