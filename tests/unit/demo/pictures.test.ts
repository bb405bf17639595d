import { inflateSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { lamp, png, redSquare } from '../../../src/main/demo/pictures.ts'

/** Pixels of a PNG of ours, row by row. */
function pixelsOf(content: Buffer): { width: number; height: number; rows: number[][] } {
  const [width, height] = [content.readUInt32BE(16), content.readUInt32BE(20)]
  const length = content.readUInt32BE(33)
  const data = inflateSync(content.subarray(41, 41 + length))
  const rows = Array.from({ length: height }, (_, y) => [
    ...data.subarray(y * (width * 3 + 1) + 1, (y + 1) * (width * 3 + 1)),
  ])
  return { width, height, rows }
}

it('a picture has the colours of its pixels, row by row', () => {
  const { width, height, rows } = pixelsOf(png(2, 3, (x, y) => [x * 2, y * 2, 9]))
  expect({ width, height }).toEqual({ width: 2, height: 3 })
  expect(rows).toEqual([
    [1, 1, 9, 3, 1, 9],
    [1, 3, 9, 3, 3, 9],
    [1, 5, 9, 3, 5, 9],
  ])
})

it('it begins as a PNG does', () => {
  expect(redSquare(4).subarray(0, 8)).toEqual(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]))
  expect(redSquare(4).subarray(-8, -4).toString('latin1')).toBe('IEND')
})

it('the two lamps differ in the colour of the shade alone', () => {
  const [red, green] = [pixelsOf(lamp('red')), pixelsOf(lamp('green'))]
  const at = ({ rows }: typeof red, x: number, y: number) => rows[y]?.slice(x * 3, x * 3 + 3)
  expect([at(red, 80, 40), at(green, 80, 40)]).toEqual([
    [196, 62, 52],
    [46, 125, 96],
  ])
  for (const [x, y] of [
    [80, 80],
    [80, 96],
    [10, 110],
    [10, 10],
  ] as const)
    expect(at(red, x, y), `${x} ${y}`).toEqual(at(green, x, y))
  expect(at(red, 10, 110)).toEqual([176, 127, 84])
  expect(at(red, 80, 80)).toEqual([120, 96, 52])
})
