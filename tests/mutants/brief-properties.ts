import fc from 'fast-check'

/** With thousands of mutants: property tests run briefly, and do not shrink. */
fc.configureGlobal({ interruptAfterTimeLimit: 300, endOnFailure: true })
