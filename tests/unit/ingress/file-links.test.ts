import { expect, test } from 'vitest'
import { connectionLinks } from '../../../src/main/ingress/file-links.ts'
import { type Configuration, parseConfiguration } from '../../../src/shared/config.ts'

const SECRET = 'shop-hook-secret-0123456789'

function configured(...connections: { id: string; webhookSecret?: string }[]): Configuration {
  const parsed = parseConfiguration({
    publicUrl: 'https://hooks.shop.example',
    connections: connections.map((one) => ({
      ...one,
      chatra: { publicKey: `key-of-${one.id}` },
      planfix: { baseUrl: 'https://shop.planfix.com/rest' },
    })),
  })
  if (!parsed.ok) throw new Error(parsed.problems.join())
  return parsed.value
}
const setUp = (configuration: Configuration) => {
  const now = { configuration }
  return {
    now,
    links: connectionLinks({
      configuration: () => now.configuration,
      publicUrl: () => now.configuration.publicUrl,
      clock: { now: () => 1000 },
    }),
  }
}
const tokenOf = (address: string | null) => address?.split('/').at(-1) ?? ''
const shop = { id: 'shop', webhookSecret: SECRET }

test('a link opens after a restart, and independently of other connections', () => {
  const { links } = setUp(configured(shop))
  const token = tokenOf(links.link('shop', 7, 'bill.pdf'))
  const file = { connectionId: 'shop', fileId: 7, name: 'bill.pdf' }
  expect(setUp(configured(shop)).links.open(token)).toEqual(file)
  const { now, links: others } = setUp(
    configured({ id: 'a', webhookSecret: 'x'.repeat(22) }, shop, { id: 'z' }),
  )
  expect(others.open(token)).toEqual(file)
  now.configuration = configured(shop)
  expect(others.open(token)).toEqual(file)
})

test('a link ends with its connection, and with its webhook secret', () => {
  const { now, links } = setUp(configured(shop))
  const token = tokenOf(links.link('shop', 7, 'bill.pdf'))
  now.configuration = configured({ id: 'other', webhookSecret: SECRET })
  expect(links.open(token)).toBeNull()
  now.configuration = configured({ id: 'shop', webhookSecret: 'another-hook-secret-0123456789' })
  expect(links.open(token)).toBeNull()
  expect(links.link('nobody', 7, 'bill.pdf')).toBeNull()
})

test('a connection without a secret has links that are valid until the program exits', () => {
  const { links } = setUp(configured({ id: 'shop' }))
  const token = tokenOf(links.link('shop', 7, 'bill.pdf'))
  expect(links.open(token)).not.toBeNull()
  expect(setUp(configured({ id: 'shop' })).links.open(token)).toBeNull()
})

test('links follow the public address', () => {
  const { now, links } = setUp(configured(shop))
  now.configuration = { ...now.configuration, publicUrl: null }
  expect(links.link('shop', 7, 'bill.pdf')).toBeNull()
})
