import { pages } from '../parts/ro-pages.ts'
import { start } from '../parts/ro-start.ts'
import desktop from './desktop.json' with { type: 'json' }

/** Every text: the page loads only the parts that it needs (renderer/texts.ts). */
export const ro = { ...start, ...pages, ...desktop }
