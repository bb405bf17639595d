import { describe, expect, test } from 'vitest'
import { planNotice } from '../../../../src/main/planfix/watcher/plan.ts'
import { isFirstLook } from '../../../../src/main/planfix/watcher/task-reader.ts'

const NOW = 5000
const open = { active: true, deleted: false }
const closed = { active: false, deleted: false }
const gone = { active: false, deleted: true }
const there = { isDeleted: false }
const deleted = { isDeleted: true }

describe('a row of the list', () => {
  test.each([
    { name: 'says nothing new', link: open, row: there, isActive: true, patch: null },
    {
      name: 'with a status it does not tell changes nothing',
      link: open,
      row: there,
      isActive: null,
      patch: null,
    },
    {
      name: 'closes the task',
      link: open,
      row: there,
      isActive: false,
      patch: { active: false, closedAt: NOW },
    },
    {
      name: 'opens the task again',
      link: closed,
      row: there,
      isActive: true,
      patch: { active: true, closedAt: null },
    },
    {
      name: 'deletes the task',
      link: open,
      row: deleted,
      isActive: true,
      patch: { deleted: true, active: false },
    },
    { name: 'says again that the task is deleted', link: gone, row: deleted, isActive: false, patch: null },
    {
      name: 'says again, with an active status, that the task is deleted',
      link: gone,
      row: deleted,
      isActive: true,
      patch: null,
    },
    {
      name: 'corrects a deleted task that an earlier version set active again',
      link: { active: true, deleted: true },
      row: deleted,
      isActive: true,
      patch: { deleted: true, active: false },
    },
    { name: 'brings a deleted task back', link: gone, row: there, isActive: null, patch: { deleted: false } },
    {
      name: 'brings a deleted task back in which work goes on',
      link: gone,
      row: there,
      isActive: true,
      patch: { deleted: false, active: true, closedAt: null },
    },
  ])('the list row is noticed: $name', ({ link, row, isActive, patch }) => {
    expect(planNotice(link, row, isActive, NOW)).toEqual(patch && { ...patch, checkedAt: NOW })
  })
})

describe('the comments that are read in a task', () => {
  test.each([
    {
      name: 'may be old where the task was never read',
      readAt: 0,
      since: 9000,
      takenAt: 1,
      caughtUpAt: 8000,
      first: true,
    },
    {
      name: 'is new where it was read since this computer took over',
      readAt: 100,
      since: 1,
      takenAt: 100,
      caughtUpAt: null,
      first: false,
    },
    {
      name: 'may be old before the first poll was read',
      readAt: 50,
      since: 9000,
      takenAt: 100,
      caughtUpAt: null,
      first: true,
    },
    {
      name: 'may be old when it happened by the first poll',
      readAt: 50,
      since: 8000,
      takenAt: 100,
      caughtUpAt: 8000,
      first: true,
    },
    {
      name: 'is new when it happened after the first poll',
      readAt: 50,
      since: 8001,
      takenAt: 100,
      caughtUpAt: 8000,
      first: false,
    },
    {
      name: 'may be old when nobody knows since when',
      readAt: 50,
      since: null,
      takenAt: 100,
      caughtUpAt: 8000,
      first: true,
    },
  ])("the task's comments are noticed: $name", ({ readAt, since, takenAt, caughtUpAt, first }) => {
    expect(isFirstLook({ readAt }, { since }, takenAt, caughtUpAt)).toBe(first)
  })
})
