import { describe, expect, test } from 'vitest'
import { CLIENT_EMAIL } from '../../src/shared/config.ts'
import type { SimContact } from '../../src/simulators/planfix/state.ts'
import { calm, chatMarks, feedMarks, quiet, tasksNamed, withWorld } from '../support/planfix-scenes.ts'
import type { World, WorldOptions } from '../support/world.ts'

/** Option `clientEmail`: where a client's address is stored, and the consequences. */

const FIELD = 88
const EMAIL = 'anna@mail.example'
type Position = (typeof CLIENT_EMAIL)[number]

const kept = (clientEmail: Position, rest: WorldOptions = {}): WorldOptions => ({
  ...rest,
  options: { clientEmail },
  planfixSettings: { clientEmailField: clientEmail === 'field' ? FIELD : null },
})
const keptOn = ({ email, customFields, other }: SimContact) => ({
  card: email,
  field: String(customFields.get(FIELD) ?? ''),
  description: String(other.description ?? ''),
})
const only = (position: Position, email: string) => ({
  card: '',
  field: '',
  description: '',
  [position]: position === 'description' ? `E-mail: ${email}` : email,
})
const notes = (world: World, task: number) =>
  world.feed(task).filter(({ text }) => text.startsWith('The client gave'))

async function begun(world: World, visit: { name: string; email?: string }) {
  const visitor = world.chatra.visit(visit)
  visitor.says('Hello #a1')
  const task = await world.until('a task', () => tasksNamed(world, visit.name)[0])
  await quiet(world)
  return { visitor, task: task.id }
}
const card = (world: World): SimContact => {
  const [first] = world.planfix.contacts
  if (!first) throw new Error('there is no card')
  return first
}

describe.concurrent.each(CLIENT_EMAIL.map((position) => [position]))('kept in the %s', (position) => {
  test('a reply reaches the client once, unless Planfix mails it too', async () => {
    await withWorld(kept(position), async (world) => {
      const { visitor, task } = await begun(world, { name: 'Anna', email: EMAIL })
      world.planfix.employeeComments(task, 5, '<p>Hello #r1</p>')
      await world.until('the reply', () => chatMarks(visitor).length === 1)
      await calm(world)
      expect(keptOn(card(world))).toEqual(only(position, EMAIL))
      expect(world.planfix.mails.map(({ email }) => email)).toEqual(position === 'card' ? [EMAIL] : [])
      expect(await world.app.store.clientsMailedTwice('shop')).toBe(position === 'card' ? 1 : 0)
    })
  })

  test("the e-mail is written after an introduction and corrected; a person's value stays", async () => {
    await withWorld(kept(position), async (world) => {
      const { visitor, task } = await begun(world, { name: 'Anna' })
      world.planfix.editsContact(card(world).id, { other: { description: 'Likes tea' } })
      visitor.introduces({ email: 'slip@mail.example' })
      visitor.says('It is me #a2')
      await world.until('the address', () => keptOn(card(world))[position].includes('slip@'))
      visitor.introduces({ email: EMAIL })
      visitor.says('A slip #a3')
      await world.until('the correction', () => keptOn(card(world))[position].includes(EMAIL))
      await calm(world)
      const line = position === 'description' ? `\nE-mail: ${EMAIL}` : ''
      expect(keptOn(card(world))).toEqual({
        ...only(position, EMAIL),
        description: `Likes tea${line}`,
      })
      expect(notes(world, task)).toEqual([])
    })
  })

  test('the same address on two devices is one client', async () => {
    await withWorld(kept(position), async (world) => {
      const { task } = await begun(world, { name: 'Anna', email: EMAIL })
      const phone = world.chatra.visit({ name: 'Anna', email: EMAIL, os: 'Android' })
      phone.says('From my phone #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
      world.planfix.employeeComments(task, 5, '<p>To the phone #r1</p>')
      await world.until('the reply', () => chatMarks(phone).length === 1)
      await calm(world)
      expect(world.planfix.contacts).toHaveLength(1)
      expect(world.planfix.tasks).toHaveLength(1)
    })
  })

  test('a later introduction joins the existing thread', async () => {
    await withWorld(kept(position), async (world) => {
      const { task } = await begun(world, { name: 'Anna', email: EMAIL })
      const { visitor: phone } = await begun(world, { name: 'Visitor' })
      phone.introduces({ name: 'Anna', email: EMAIL })
      phone.says('It is Anna #b2')
      await world.until('the message in the first task', () =>
        world.feed(task).some((comment) => comment.text.includes('#b2')),
      )
      await calm(world)
      expect(
        world.planfix.contacts.filter((one) => Object.values(keptOn(one)).join('').includes(EMAIL)),
      ).toHaveLength(1)
    })
  })

  test('a card with the address in its e-mail field is used, and keeps it', async () => {
    await withWorld(kept(position), async (world) => {
      const known = world.planfix.createsContact({ name: 'Anna Popa', email: EMAIL })
      await begun(world, { name: 'Anna', email: EMAIL })
      await calm(world)
      expect(world.planfix.contacts).toEqual([known])
      expect(keptOn(known)).toEqual(only('card', EMAIL))
      expect(await world.app.store.clientsMailedTwice('shop')).toBe(1)
    })
  })
})

test('a card that has the address in the configured field is used', async () => {
  await withWorld(kept('field'), async (world) => {
    const customFields = new Map<number, unknown>([[FIELD, EMAIL]])
    const known = world.planfix.createsContact({ name: 'Anna Popa', customFields })
    await begun(world, { name: 'Anna', email: EMAIL })
    await calm(world)
    expect(world.planfix.contacts).toEqual([known])
    expect(keptOn(known)).toEqual(only('field', EMAIL))
  })
})

test.each([[EMAIL], [undefined]])(
  'a field that the template lacks is detected: the task records the address once (%s)',
  async (email) => {
    const planfix = { contactTemplates: [{ id: 5, name: 'Website client', customFields: [] }] }
    await withWorld(kept('field', { planfix }), async (world) => {
      const { visitor, task } = await begun(world, { name: 'Anna', ...(email && { email }) })
      if (!email) visitor.introduces({ email: EMAIL })
      visitor.says('Well? #a2')
      await world.until('the note', () => notes(world, task).length > 0)
      visitor.introduces({ name: 'Anna P' })
      visitor.says('More #a3')
      await world.until('the name', () => card(world).name === 'Anna P')
      await calm(world)
      expect(notes(world, task).map(({ text }) => text)).toEqual([expect.stringContaining(EMAIL)])
    })
  },
)
