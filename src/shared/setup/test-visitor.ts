/**
 * The client whom the set-up plays to test a connection. Chatra does not know this client: nothing is asked or sent there
 * about it.
 */
export const TEST_VISITOR = 'planfix-bridge-test'

export const isTestVisitor = (clientId: string): boolean => clientId === TEST_VISITOR

/** Why a reply to the test visitor is not sent: the reason of its message. */
export const FOR_TEST_VISITOR = 'test-visitor'
