import fc from 'fast-check'

/** With thousands of mutants: what chance does not find within a moment is not looked for, nor made shorter. */
fc.configureGlobal({ interruptAfterTimeLimit: 300, endOnFailure: true })
