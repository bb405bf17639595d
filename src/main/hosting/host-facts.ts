import { hostname } from 'node:os'

/** What people call this host: BRIDGE_HOST_NAME, else the computer's name. */
export const hostNameIn = (environment: NodeJS.ProcessEnv): string =>
  environment.BRIDGE_HOST_NAME || hostname()

/** The key of a fact that is another one on each host of a database; a data folder has one host. */
export const hostFact = (key: string, isAmongOthers: boolean, name: string): string =>
  isAmongOthers ? `${key}@${name}` : key
