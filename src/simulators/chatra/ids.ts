/** Random values from a seed (mulberry32), so that a run can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const meteorAlphabet = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz'
const clientAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** 17 characters, as Chatra's agents, messages and chats have (contracts/chatra.md §1). */
export const meteorId = (random: () => number): string => pick(random, meteorAlphabet, 17)

/** 39 lower-case letters and digits, as Chatra generates for a visitor (contracts/chatra.md §1). */
export const automaticClientId = (random: () => number): string => pick(random, clientAlphabet, 39)

function pick(random: () => number, alphabet: string, length: number): string {
  let id = ''
  for (let i = 0; i < length; i++) id += alphabet[Math.floor(random() * alphabet.length)]
  return id
}

const colours = ['Amber', 'Azure', 'Coral', 'Indigo', 'Ivory', 'Jade', 'Olive', 'Scarlet', 'Silver', 'Violet']
const animals = ['Badger', 'Crane', 'Falcon', 'Heron', 'Lynx', 'Marten', 'Otter', 'Panda', 'Stork', 'Walrus']

/** The name that Chatra generates for a visitor without one (contracts/chatra.md §3.2). */
export function generatedName(random: () => number): string {
  const colour = colours[Math.floor(random() * colours.length)]
  return `${colour} ${animals[Math.floor(random() * animals.length)]}`
}
