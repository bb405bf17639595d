import { describe, expect, test } from 'vitest'
import type { SimContact } from '../../src/simulators/planfix/state.ts'
import { calm, feedMarks, pass, quiet, tasksNamed, withWorld } from '../support/planfix-scenes.ts'
import type { World } from '../support/world.ts'

/**
 * F12 on contacts that people own: only values written by the bridge are replaced, and everything else is readable in
 * the task.
 */

const ANNA = { name: 'Anna Popa', email: 'anna@mail.example', phones: [{ number: '+37369000001', type: 1 }] }
const asOf = ({ name, email, phones }: SimContact) => ({ name, email, phones })

async function begun(world: World, visit: { name: string; email?: string; phone?: string }) {
  const visitor = world.chatra.visit(visit)
  visitor.says('Hello #a1')
  const task = await world.until('a task', () => tasksNamed(world, visit.name)[0])
  await quiet(world)
  return { visitor, task: task.id }
}
const notes = (world: World, task: number) =>
  world.feed(task).filter(({ text }) => text.startsWith('The client gave'))
const refusal = (code: number) =>
  ({ kind: 'status', status: 400, body: { result: 'fail', code, error: 'no' } }) as const

describe.concurrent('R5: a card that a person made', () => {
  const later = { name: 'Boris', email: 'other@mail.example', phone: '+40711111111' }

  test("a found card keeps all values, and the task records the client's values once", async () => {
    await withWorld({}, async (world) => {
      const card = world.planfix.createsContact(ANNA)
      const { visitor, task } = await begun(world, { name: 'Anna', email: ANNA.email })
      visitor.introduces(later)
      visitor.says('It is me #a2')
      await world.until('the note', () => notes(world, task).length > 0)
      visitor.introduces({ name: 'Anna' })
      visitor.introduces({ name: 'Boris' })
      visitor.says('Well? #a3')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a3'))
      await calm(world)
      expect(asOf(card)).toEqual(ANNA)
      expect(world.planfix.contacts).toHaveLength(1)
      const told = notes(world, task).map(({ text }) => text)
      for (const value of Object.values(later))
        expect(told.filter((text) => text.includes(value))).toHaveLength(1)
    })
  })

  test("a card assigned to the task keeps values that look like the bridge's", async () => {
    await withWorld({}, async (world) => {
      const { visitor, task } = await begun(world, { name: 'Anna', phone: '+37369000001' })
      // The same data as ours, typed by a person into another contact.
      const card = world.planfix.createsContact({ ...ANNA, name: 'Anna' })
      const own = world.planfix.task(task)
      if (own) Object.assign(own, { counterparty: `contact:${card.id}`, updatedAt: world.clock.now() })
      world.planfix.employeeComments(task, 5, '<p>This is she</p>', { recipients: [`contact:${card.id}`] })
      await world.until('the reply', () => visitor.sees().includes('This is she'))
      visitor.introduces(later)
      visitor.says('It is me #a2')
      await world.until('the note', () => notes(world, task).length > 0)
      await calm(world)
      expect(asOf(card)).toEqual({ ...ANNA, name: 'Anna' })
    })
  })

  test("a card merged with ours keeps values that look like the bridge's", async () => {
    await withWorld({}, async (world) => {
      const { visitor } = await begun(world, { name: 'Anna', phone: '+37369000001' })
      const card = world.planfix.createsContact({ ...ANNA, name: 'Anna' })
      world.planfix.mergesContacts(world.planfix.contacts[0]?.id ?? 0, card.id)
      visitor.says('Hello? #a2')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a2'))
      visitor.introduces(later)
      visitor.says('It is me #a3')
      await world.until('the message', () => feedMarks(world, 'Anna').includes('#a3'))
      await calm(world)
      await pass(world, 5000)
      expect(asOf(card)).toEqual({ ...ANNA, name: 'Anna' })
    })
  })

  test("the bridge's values on its own card are still replaced", async () => {
    await withWorld({}, async (world) => {
      const { visitor, task } = await begun(world, { name: 'Anna', email: ANNA.email, phone: '+37369000001' })
      visitor.introduces(later)
      visitor.says('It is me #a2')
      await world.until('the card', () => world.planfix.contacts[0]?.email === later.email)
      await calm(world)
      expect(world.planfix.contacts[0]).toMatchObject({ name: 'Boris', phones: [{ number: later.phone }] })
      expect(notes(world, task)).toEqual([])
    })
  })
})

describe.concurrent('R6: a value that Planfix refuses is in the task, once', () => {
  const link = (world: World, id: number) => `${world.planfix.webUrl}/contact/${id}`

  test.each([['400-code2001'], ['400-code2005'], ['in-failures']] as const)(
    "a company's address is written into the task from the beginning (%s)",
    async (position) => {
      await withWorld({ planfix: { switches: { 'email-duplicate': position } } }, async (world) => {
        const firm = world.planfix.createsContact({
          name: 'Firm',
          email: 'office@firm.example',
          isCompany: true,
        })
        const { visitor, task } = await begun(world, {
          name: 'Anna',
          email: 'office@firm.example',
          phone: '+37369000001',
        })
        await world.until('the note', () => notes(world, task).length > 0)
        visitor.introduces({ name: 'Anna P' })
        visitor.says('More #a2')
        await world.until('the name', () => world.planfix.contacts.some(({ name }) => name === 'Anna P'))
        await calm(world)
        expect(notes(world, task).map(({ text }) => text)).toEqual([
          expect.stringContaining(
            `office@firm.example. Planfix already has it on another contact card: ${link(world, firm.id)}`,
          ),
        ])
        const own = world.planfix.contacts.find(({ name }) => name === 'Anna P')
        expect(own).toMatchObject({ email: '', phones: [{ number: '+37369000001' }] })
      })
    },
  )

  test.each([['400-code2005'], ['in-failures']] as const)(
    "an employee's address in an introduction is refused, and the next one accepted (%s)",
    async (position) => {
      await withWorld({ planfix: { switches: { 'email-duplicate': position } } }, async (world) => {
        const { visitor, task } = await begun(world, { name: 'Anna' })
        visitor.introduces({ email: 'ana@shop.example', phone: '+37369000001' })
        visitor.says('It is me #a2')
        await world.until('the note', () => notes(world, task).length > 0)
        visitor.introduces({ email: 'anna@mail.example' })
        visitor.says('A slip #a3')
        await world.until('the card', () => world.planfix.contacts[0]?.email === 'anna@mail.example')
        await calm(world)
        expect(notes(world, task).map(({ text }) => text)).toEqual([
          expect.stringContaining('ana@shop.example'),
        ])
        expect(world.planfix.contacts[0]?.phones).toMatchObject([{ number: '+37369000001' }])
      })
    },
  )

  test.each([[2002], [41], [2004]])('each particular is tried separately (code %s)', async (code) => {
    await withWorld({}, async (world) => {
      const { visitor, task } = await begun(world, { name: 'Anna' })
      // First both values together, then only the e-mail.
      world.planfix.server.faults.add({ ...refusal(code), method: 'POST', path: '/contact/\\d+$', times: 2 })
      visitor.introduces({ email: 'anna@mail.example', phone: '+37369000001' })
      visitor.says('It is me #a2')
      await world.until('the phone', () => world.planfix.contacts[0]?.phones.length === 1)
      await world.until('the note', () => notes(world, task).length > 0)
      await calm(world)
      expect(notes(world, task).map(({ text }) => text)).toEqual([
        expect.stringContaining('gave anna@mail.example.'),
      ])
    })
  })

  test('a refused phone alone is written into the task', async () => {
    await withWorld({}, async (world) => {
      const { visitor, task } = await begun(world, { name: 'Anna' })
      world.planfix.server.faults.add({ ...refusal(2002), method: 'POST', path: '/contact/\\d+$', times: 1 })
      visitor.introduces({ phone: '+37369000001' })
      visitor.says('It is me #a2')
      await world.until('the note', () => notes(world, task).length > 0)
      expect(notes(world, task)[0]?.text).toContain('+37369000001')
    })
  })

  test('a card refused with them is created without them, and the message is delivered', async () => {
    await withWorld({}, async (world) => {
      world.planfix.server.faults.add({ ...refusal(41), method: 'POST', path: '/contact/$', times: 1 })
      world.planfix.server.faults.add({ ...refusal(41), method: 'POST', path: '/contact/\\d+$', times: 3 })
      const { task } = await begun(world, { name: 'Anna', email: 'anna@mail.example', phone: '+37369000001' })
      await world.until('the note', () => notes(world, task).length > 0)
      await calm(world)
      expect(feedMarks(world, 'Anna')).toEqual(['#a1'])
      expect(notes(world, task).map(({ text }) => text)).toEqual([
        expect.stringContaining('anna@mail.example, +37369000001'),
      ])
    })
  })
})
