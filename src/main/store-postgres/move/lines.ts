import { hash } from 'node:crypto'
import { isStorableJson, storableValue } from '../plain-text.ts'
import { inOrder, sortedJson } from '../sorted-json.ts'
import type { MovedTable } from './tables.ts'

export type Value = string | number | null
export type Row = Record<string, Value>

/** A row as one line of JSON, the same from both stores, with texts as PostgreSQL can store them. */
export function lineOf({ columns, json }: MovedTable, row: Row): string {
  const plain: Record<string, unknown> = {}
  for (const column of columns) {
    const value = row[column] ?? null
    plain[column] = json.includes(column) ? inOrder(JSON.parse(String(value))) : value
  }
  const line = JSON.stringify(plain)
  return isStorableJson(line) ? line : sortedJson(storableValue(plain))
}

/** Counts rows and adds up what each of them hashes to: the same for the same rows in any order. */
export class Fingerprint {
  rows = 0
  #sum = 0n

  add(line: string): void {
    const digest = hash('sha256', line, 'buffer')
    const number = (digest.readBigUInt64BE(0) << 64n) | digest.readBigUInt64BE(8)
    this.#sum = BigInt.asUintN(128, this.#sum + number)
    this.rows += 1
  }
  /** 32 hexadecimal digits. */
  get text(): string {
    return this.#sum.toString(16).padStart(32, '0')
  }
}
