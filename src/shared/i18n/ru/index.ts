import { pages } from '../parts/ru-pages.ts'
import { start } from '../parts/ru-start.ts'
import desktop from './desktop.json' with { type: 'json' }

/** Every text: the page loads only the parts that it needs (renderer/texts.ts). */
export const ru = { ...start, ...pages, ...desktop }
