/** The address of a simulated Chatra account; of a simulator in this process or another one. */
export interface ChatraAddress {
  apiUrl: string
  publicKey: string
}
export interface PlanfixAddress {
  restUrl: string
  webUrl: string
}

/** Ana and Julia of the simulated Planfix account, as a configuration chooses them. */
export const SHOP_EMPLOYEES = [
  { planfixUserId: 'user:5', email: 'ana@shop.example', name: 'Ana' },
  { planfixUserId: 'user:6', email: 'julia@shop.example', name: 'Julia' },
]

/**
 * The test shop: a connection between two simulated accounts, in the form of the configuration file. It is fast: one
 * poll per second, without a rate limit of its own. `change` is merged over it, `planfix` over that part.
 */
export const shopConnection = (
  chatra: ChatraAddress,
  planfix: PlanfixAddress,
  { planfix: settings, ...change }: { planfix?: object | undefined; [field: string]: unknown } = {},
) => ({
  id: 'shop',
  name: 'shop.example',
  chatra: { baseUrl: chatra.apiUrl, publicKey: chatra.publicKey },
  planfix: {
    baseUrl: planfix.restUrl,
    webUrl: planfix.webUrl,
    taskTemplateId: 12,
    contactTemplateId: 5,
    pollSeconds: 1,
    requestsPerSecond: 1000,
    ...settings,
  },
  ...change,
})
