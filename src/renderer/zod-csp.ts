import { z } from 'zod'

// The content security policy forbids creating code from text, and zod tries it when the first schema is
// made: so this must be the first import, and in one file with zod (electron.config.ts).
z.config({ jitless: true })
