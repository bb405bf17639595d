import { readFileSync } from 'node:fs'

/** One line of the table. */
export interface Row {
  topic: string
  metric: string
  measured: string
  target: string | null
  /** null = no target; the figure is for comparison only. */
  met: boolean | null
}

/**
 * CPU time of a process, user and system, in milliseconds in steps of 10; NaN where the system does not report it
 * (not Linux).
 */
export function cpuMs(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return Number.NaN
  }
}

/** Resident memory of a process in MB (1024 * 1024); NaN where the system does not report it. */
export function rssMb(pid: number | undefined): number {
  return memory(pid, 'VmRSS')
}
/** The maximum so far. */
export const peakRssMb = (pid: number | undefined): number => memory(pid, 'VmHWM')

function memory(pid: number | undefined, field: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024
  } catch {
    return Number.NaN
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}

/** The value that `share` (0 to 1) of the sorted values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export const round = (value: number, digits = 0): string =>
  Number.isNaN(value)
    ? 'not known here'
    : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
