import { expect, test } from 'vitest'
import { KeyedMutex } from '../../../src/main/engine/keyed-mutex.ts'

/** Work that ends when `end` is called; `log` says what has begun. */
function scene() {
  const mutex = new KeyedMutex()
  const log: string[] = []
  const ends = new Map<string, (error?: Error) => void>()
  const work = (name: string) => () =>
    new Promise<string>((resolve, reject) => {
      log.push(name)
      ends.set(name, (error) => (error ? reject(error) : resolve(name)))
    })
  const end = async (name: string, error?: Error) => {
    ends.get(name)?.(error)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { mutex, log, work, end }
}

test('work with the same key runs one after the other, with another key beside it', async () => {
  const { mutex, log, work, end } = scene()
  const first = mutex.run('a', work('first'))
  void mutex.run('a', work('second'))
  void mutex.run('b', work('beside'))
  expect(log).toEqual(['first', 'beside'])
  await end('first')
  expect(await first).toBe('first')
  expect(log).toEqual(['first', 'beside', 'second'])
  // The end of the first does not let a third overtake the second.
  void mutex.run('a', work('third'))
  await end('beside')
  expect(log).toEqual(['first', 'beside', 'second'])
  await end('second')
  expect(log).toEqual(['first', 'beside', 'second', 'third'])
})

test('work that fails does not stop the work after it', async () => {
  const { mutex, log, work, end } = scene()
  const first = mutex.run('a', work('first'))
  const failure = expect(first).rejects.toThrow('broken')
  void mutex.run('a', work('second'))
  await end('first', new Error('broken'))
  await failure
  expect(log).toEqual(['first', 'second'])
})

test('work with a key that is free again begins at once', async () => {
  const { mutex, log, work, end } = scene()
  void mutex.run('a', work('first'))
  await end('first')
  void mutex.run('a', work('second'))
  expect(log).toEqual(['first', 'second'])
})

test('work with several keys begins once all of them are free', async () => {
  const { mutex, log, work, end } = scene()
  void mutex.run('b', work('first'))
  const both = mutex.runAll(['a', 'b'], work('both'))
  void mutex.run('a', work('last'))
  await end('nothing')
  expect(log).toEqual(['first'])
  await end('first')
  expect(log).toEqual(['first', 'both'])
  await end('both')
  expect(await both).toBe('both')
  expect(log).toEqual(['first', 'both', 'last'])
})

test('work with no key begins at once', async () => {
  const { mutex, log, work } = scene()
  void mutex.runAll([], work('free'))
  expect(log).toEqual(['free'])
})
