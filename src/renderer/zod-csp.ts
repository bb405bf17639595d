import { z } from 'zod'

// The page may not make code out of text (content security policy), and zod tries to when the first schema is made: so this
// has to be the first thing that is imported.
z.config({ jitless: true })
