import { pages } from '../parts/en-pages.ts'
import { start } from '../parts/en-start.ts'
import desktop from './desktop.json' with { type: 'json' }

/** Every text: the page loads only the parts that it needs (renderer/texts.ts). */
export const en = { ...start, ...pages, ...desktop }
