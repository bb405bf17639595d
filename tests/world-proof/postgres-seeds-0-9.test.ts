import { prove } from './prove.ts'

prove(0, 9, { database: true })
