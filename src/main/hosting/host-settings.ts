/** How `serve` runs among other hosts of its database. */
export interface AmongHosts {
  name?: string
  address?: string
  leaseMs?: number
}

/**
 * From the variables BRIDGE_HOST_NAME, BRIDGE_HOST_ADDRESS and BRIDGE_LEASE_SECONDS; `wrong`: the error, for the person
 * who starts the program.
 */
export function amongHosts(environment: NodeJS.ProcessEnv): AmongHosts | { wrong: string } {
  const { BRIDGE_HOST_NAME: name, BRIDGE_HOST_ADDRESS: address, BRIDGE_LEASE_SECONDS: seconds } = environment
  if (address && URL.parse(address)?.protocol !== 'http:')
    return { wrong: `BRIDGE_HOST_ADDRESS must be an address such as http://10.0.0.5:8080, not "${address}"` }
  const lease = Number(seconds || DEFAULT_SECONDS)
  if (!(lease >= SHORTEST && lease <= LONGEST))
    return { wrong: `BRIDGE_LEASE_SECONDS must be a number from ${SHORTEST} to ${LONGEST}, not "${seconds}"` }
  return { ...(name && { name }), ...(address && { address }), ...(seconds && { leaseMs: lease * 1000 }) }
}

const DEFAULT_SECONDS = 15
const SHORTEST = 3
const LONGEST = 300
