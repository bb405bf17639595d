const never = () => () => {
  throw new Error('this server checks and writes bodies itself')
}

/**
 * For every server of ours: fastify then loads no compilers of JSON schemas, which cost memory and time and are not even
 * part of the build (electron.config.ts). Bodies are checked by zod.
 */
export const WITHOUT_SCHEMAS = {
  schemaController: { compilersFactory: { buildValidator: never, buildSerializer: never } },
}
