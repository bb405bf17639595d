import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import type { Access } from '../../shared/api/access/contract.ts'
import { mayCall } from '../../shared/api/access/roles.ts'
import type { Answer, CallName } from '../../shared/api.ts'
import type { BridgeClient } from './client.ts'

const AccessContext = createContext<Access | null>(null)

/** The question who this page is to the bridge. */
export const askAccess = (bridge: BridgeClient): Promise<Answer<Access>> => bridge.call('access.get', {})

/**
 * Who this page is to the bridge: `first` is the answer to the question asked while the page was loaded. It is asked again
 * after a lost connection: a server may have been told otherwise meanwhile.
 */
export function AccessProvider({
  bridge,
  first,
  children,
}: {
  bridge: BridgeClient
  first: Promise<Answer<Access>>
  children: ReactNode
}) {
  const [access, setAccess] = useState<Access | null>(null)
  useEffect(() => {
    const take = (answer: Answer<Access>) => {
      if (answer.ok) setAccess(answer.value)
    }
    // The line may have come up before anybody listened to it.
    const isMissed = (answer: Answer<Access>) => !answer.ok && bridge.line() === 'online'
    void first.then((answer) => (isMissed(answer) ? askAccess(bridge) : answer)).then(take)
    return bridge.onLine((line) => {
      if (line === 'online') void askAccess(bridge).then(take)
    })
  }, [bridge, first])
  return <AccessContext value={access}>{children}</AccessContext>
}

/** Null before the bridge has answered. */
export const useMaybeAccess = (): Access | null => useContext(AccessContext)

/**
 * Whether this page may make a call: what it may not do is not offered. The contract decides (shared/api/access/roles.ts). Pages are
 * only shown once the bridge has answered.
 */
export function useMay(): (name: CallName) => boolean {
  const access = useContext(AccessContext)
  if (access === null) throw new Error('useMay before the first answer')
  return (name) => mayCall(access.role, name)
}

/** Shows its content to those who may make the call. */
export function Allowed({ call, children }: { call: CallName; children: ReactNode }) {
  return useMay()(call) && children
}
