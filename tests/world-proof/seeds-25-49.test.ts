import { prove } from './prove.ts'

prove(25, 49)
