import { prove } from './prove.ts'

prove(0, 24, { chat: true })
