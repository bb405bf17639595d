import fc from 'fast-check'

/**
 * With thousands of mutants: what chance does not find within a moment is not looked for, nor made shorter. One seed, so
 * that the same mutants survive each time.
 */
fc.configureGlobal({ seed: 11, interruptAfterTimeLimit: 300, endOnFailure: true })
