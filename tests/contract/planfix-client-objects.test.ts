import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { switchTable } from '../../src/simulators/planfix/index.ts'
import {
  contactFor,
  day,
  errorOf,
  got,
  newComment,
  newTask,
  open,
  says,
  source,
} from './planfix-client-setup.ts'

/** Contacts, tasks, comments and files, with each of their switches in each position. */

describe('contacts', () => {
  test.each(['required-400-code2001', 'required-400-code40'] as const)(
    'contacts without a template are refused (%s)',
    async (position) => {
      const { client } = await open(
        { 'contact-template': position },
        { planfix: { contactTemplateId: null } },
      )
      expect(errorOf(await client.createContact({ name: 'Anna' }, source(1)))).toMatchObject({
        code: 'refused',
        certain: true,
      })
    },
  )

  test.each(['400-code2001', '400-code2005'] as const)(
    'contacts with an e-mail that is in use are refused (%s)',
    async (position) => {
      const { client } = await open({ 'email-duplicate': position })
      await contactFor(client)
      const again = await client.createContact({ name: 'Anna', email: 'anna@example.com' }, source(9))
      expect(errorOf(again)).toMatchObject({ code: 'refused', vendorCode: Number(position.slice(-4)) })
    },
  )

  test.each(switchTable['failures-shape'])(
    "a contact's answer names the fields that were refused (failures-shape %s)",
    async (position) => {
      const { client } = await open({ 'failures-shape': position, 'email-duplicate': 'in-failures' })
      await contactFor(client)
      const second = got(await client.createContact({ name: 'Other' }, source(9))).id
      const changed = got(
        await client.updateContact(second, { email: 'anna@example.com' }, source(9), { description: '' }),
      )
      expect(changed.failures).toEqual(['email'])
    },
  )

  test('an invalid e-mail is omitted, so that the contact is still created', async () => {
    const { simulator, client } = await open()
    const { id } = got(
      await client.createContact({ name: 'Anna', email: 'not an e-mail', phone: 'none' }, source(1)),
    )
    expect(simulator.contact(id)).toMatchObject({ email: '', phones: [] })
  })

  test('contacts are found by their second e-mail', async () => {
    const { simulator, client } = await open()
    const { id } = simulator.createsContact({
      name: 'Anna',
      additionalEmailAddresses: ['a.popa@example.com'],
    })
    const found = got(await client.contactsByEmail('A.Popa@example.com'))
    expect(found.map((one) => one.id)).toEqual([id])
    expect(got(await client.contactsByEmail('popa@example.com'))).toEqual([])
  })

  test('contacts that were merged away count as gone', async () => {
    const { simulator, client } = await open()
    const contactId = await contactFor(client)
    const taskId = got(await client.createTask(newTask(contactId))).id
    simulator.mergesContacts(contactId, simulator.createsContact({ name: 'Anna Popa' }).id)
    expect(errorOf(await client.contact(contactId)).vendorCode).toBe(2000)
    const late = await client.addComment(taskId, newComment('x', { owner: `contact:${contactId}` }))
    expect(errorOf(late)).toMatchObject({ code: 'object-gone', vendorCode: 2000 })
  })
})

describe('tasks', () => {
  test.each(switchTable['assigner-contact'])(
    'a task is created with the client as assigner (%s)',
    async (position) => {
      const { client } = await open({ 'assigner-contact': position }, { simulator: { robotSeesAll: true } })
      const contactId = await contactFor(client)
      const made = await client.createTask(newTask(contactId, { assignerContactId: contactId }))
      if (position === '400-code41') {
        expect(errorOf(made)).toMatchObject({ code: 'refused', vendorCode: 41 })
        return
      }
      const { assigner } = got(await client.task(got(made).id))
      expect(assigner).toBe(position === 'accepted' ? `contact:${contactId}` : 'user:1')
    },
  )

  test.each(switchTable['missing-task'])(
    'tasks that the token cannot see count as gone (%s)',
    async (position) => {
      const { client } = await open({ 'missing-task': position })
      const contactId = await contactFor(client)
      const { id } = got(await client.createTask(newTask(contactId, { assignerContactId: contactId })))
      expect(errorOf(await client.task(id)).code).toBe('object-gone')
      expect(got(await client.tasks([id]))).toEqual([])
    },
  )

  test('tasks with contacts and groups among the participants are created', async () => {
    const { simulator, client } = await open()
    const contactId = await contactFor(client)
    const participants = { users: [7, 1], contacts: [contactId], groups: [1] }
    const { id } = got(await client.createTask(newTask(contactId, { participants })))
    expect(simulator.task(id)?.participants).toEqual({
      users: ['user:7', 'user:1', `contact:${contactId}`],
      groups: [1],
    })
  })

  test('a queued update is reported as queued', async () => {
    const { client } = await open({ 'update-answer': '202-queued' })
    const contactId = await contactFor(client)
    const { id } = got(await client.createTask(newTask(contactId)))
    expect(got(await client.updateTask(id, { statusId: 2 }))).toEqual({ failures: [], queued: true })
  })

  test.each(switchTable['failures-shape'])(
    "a task's answer names the fields that were refused (failures-shape %s)",
    async (position) => {
      const { client } = await open({ 'failures-shape': position, 'assigner-contact': 'in-failures' })
      const contactId = await contactFor(client)
      const { id } = got(await client.createTask(newTask(contactId)))
      const changed = got(await client.updateTask(id, { statusId: 2, assignerContactId: contactId }))
      expect(changed).toEqual({ failures: ['assigner'], queued: false })
    },
  )

  test('the change mark changes only with a comment, a status or a deletion', async () => {
    let now = Date.UTC(2026, 0, 5, 12)
    const { simulator, client } = await open({}, { simulator: { now: () => now } })
    const contactId = await contactFor(client)
    const { id } = got(await client.createTask(newTask(contactId)))
    const signal = async () => got(await client.task(id)).changeToken
    const first = await signal()
    now += 60_000
    expect(await signal()).toBe(first)
    simulator.employeeComments(id, 5, '<p>x</p>')
    const second = await signal()
    expect(second).not.toBe(first)
    simulator.completes(id)
    const third = await signal()
    expect(third).not.toBe(second)
    simulator.deletesTask(id)
    expect(await signal()).not.toBe(third)
  })

  test.each([
    ['system-ids', 3],
    ['custom-ids', 104],
    ['5-and-7-swapped', 3],
    ['no-active-status', 3],
  ] as const)('the completing status with %s is %i', async (position, expected) => {
    const { client } = await open({ 'status-set': position })
    expect(got(await client.completedStatusId())).toBe(expected)
  })

  test('a completing status chosen by the owner is used without a request', async () => {
    const { simulator, client } = await open({}, { options: { completedStatusId: 6 } })
    expect(got(await client.completedStatusId())).toBe(6)
    expect(simulator.server.requests).toEqual([])
  })

  test('the completing status is requested once', async () => {
    const { simulator, client } = await open()
    await client.completedStatusId()
    const asked = simulator.server.requests.length
    await client.completedStatusId()
    expect(simulator.server.requests).toHaveLength(asked)
  })

  test('without a template the process of a task that was read decides', async () => {
    const { client } = await open({}, { planfix: { taskTemplateId: null } })
    expect(got(await client.completedStatusId())).toBeNull()
    const { id } = got(await client.createTask(newTask(await contactFor(client))))
    await client.task(id)
    expect(got(await client.completedStatusId())).toBe(3)
  })

  test('a failure of the list of statuses does not count as "none": it is read again', async () => {
    const { simulator, client } = await open()
    simulator.server.faults.add({ kind: 'status', status: 500, path: '/statuses$', times: 1 })
    expect(errorOf(await client.completedStatusId()).code).toBe('failing')
    expect(got(await client.completedStatusId())).toBe(3)
  })
})

describe('comments', () => {
  test.each([
    ['field-honoured', true],
    ['filed-honoured', true],
    ['ignored', false],
  ] as const)('comments with result-order %s are returned sorted: %s', async (position, expected) => {
    const opening = await open({ 'result-order': position })
    const { taskId } = await day(opening)
    expect(got(await opening.client.comments(taskId, 0)).sorted).toBe(expected)
  })

  test('comments beyond a page are read by offset', async () => {
    const { simulator, client } = await open()
    const { id } = got(await client.createTask(newTask(await contactFor(client))))
    for (let n = 0; n < 120; n++) simulator.employeeComments(id, 5, `<p>${n}</p>`)
    const first = got(await client.comments(id, 0))
    const second = got(await client.comments(id, 100))
    expect([first.complete, first.comments.length, second.complete, second.comments.length]).toEqual([
      false,
      100,
      true,
      21,
    ])
    expect(first.comments[0]?.text).toBe('119')
  })

  test.each(switchTable['datetime-zone'])(
    'comments that come late contain their time, and times are read correctly (%s)',
    async (position) => {
      const { simulator, client } = await open(
        { 'datetime-zone': position },
        { simulator: { zoneOffsetMinutes: 120 } },
      )
      const { id } = got(await client.createTask(newTask(await contactFor(client))))
      // An ordinary comment reveals the time zone where the account hides it.
      got(await client.addComment(id, newComment('now')))
      const writtenAt = Date.now() - 3 * 3_600_000
      const late = got(
        await client.addComment(id, newComment('late', { writtenAt, sourceObjectId: source(5) })),
      ).id
      const minute = Math.floor(writtenAt / 60_000) * 60_000
      expect(Math.floor((simulator.account.comments.get(late)?.time ?? 0) / 60_000) * 60_000).toBe(minute)
      const read = got(await client.comments(id, 0)).comments.find((one) => one.id === late)
      expect(Math.floor((read?.at ?? 0) / 60_000) * 60_000).toBe(minute)
    },
  )

  test.each(switchTable['over-64k'])('comments that fit are never refused or cut (%s)', async (position) => {
    const { client } = await open({ 'over-64k': position })
    const { id } = got(await client.createTask(newTask(await contactFor(client))))
    const said = 'ж<'.repeat(9990)
    expect(client.fits(says(said))).toBe(true)
    const comment = got(await client.addComment(id, newComment(said))).id
    expect(got(await client.comment(comment)).text).toBe(said)
  })

  test.each(['400-code5001', '400-code41'] as const)(
    'comments that are too long are certainly refused (%s)',
    async (position) => {
      const { client } = await open({ 'over-64k': position })
      const { id } = got(await client.createTask(newTask(await contactFor(client))))
      const said = 'x'.repeat(70_000)
      expect(client.fits(says(said))).toBe(false)
      expect(errorOf(await client.addComment(id, newComment(said)))).toMatchObject({
        code: 'refused',
        certain: true,
      })
    },
  )

  test('comments on a contact contain the contact', async () => {
    const { client } = await open()
    expect(errorOf(await client.addContactComment(888_888, says('x'), source(4))).code).toBe('object-gone')
    expect(errorOf(await client.contactComments(888_888)).code).toBe('object-gone')
  })
})

describe('files', () => {
  test('files downloaded by Planfix are attached to a comment and can be read without the token', async () => {
    const { simulator, client } = await open()
    const { id } = got(await client.createTask(newTask(await contactFor(client))))
    // The account's own page is the file to download.
    const fetched = got(await client.fileFromUrl('page<1>.html', `${simulator.webUrl}/task/${id}`)).id
    const comment = got(await client.addComment(id, newComment('', { fileIds: [fetched] }))).id
    const [file] = got(await client.comment(comment)).files
    expect(file).toMatchObject({ id: fetched, name: 'page‹1›.html' })

    const { name, url } = got(await client.fileAddress(fetched))
    expect(name).toBe('page‹1›.html')
    expect((await fetch(url ?? '')).ok).toBe(true)
    const download = got(await client.download(fetched))
    expect(download.name).toBe('page‹1›.html')
    expect((await text(download.stream)).length).toBeGreaterThan(0)
  })

  test('files that are too large for the plan are certainly refused', async () => {
    const { simulator, client } = await open({ 'file-too-large': '400-code7002-over-N-MB' })
    simulator.account.fileLimitMb = 0
    expect(errorOf(await client.fileFromUrl('a', `${simulator.webUrl}/task/1`))).toMatchObject({
      code: 'refused',
    })
  })

  test('files that do not exist count as gone', async () => {
    const { client } = await open()
    expect(errorOf(await client.fileAddress(888_888)).code).toBe('object-gone')
    expect(errorOf(await client.download(888_888)).code).toBe('object-gone')
  })

  test('a missing attachment is refused, and the task stays usable', async () => {
    const { client } = await open()
    const { id } = got(await client.createTask(newTask(await contactFor(client))))
    expect(errorOf(await client.addComment(id, newComment('x', { fileIds: [888_888] }))).code).toBe('refused')
  })
})

test('visits without a data tag are refused without a request', async () => {
  const { simulator, client } = await open({}, { planfix: { visitDataTag: null } })
  expect(client.hasVisitTag).toBe(false)
  expect(errorOf(await client.addVisitTag(1, { os: '', browser: '', ip: '' })).code).toBe('refused')
  expect(simulator.server.requests).toEqual([])
})
