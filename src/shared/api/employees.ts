import { z } from 'zod'
import { call, callError, connectionId, done, time } from './answer.ts'

/** An employee of the channel: whether they may reply to clients, and as which agent. */
export const employeeChoice = z.strictObject({
  planfixUserId: z.number().int().positive(),
  name: z.string().max(200).nullable(),
  email: z.string().max(320).nullable(),
  /** Chosen by hand; null = matched by e-mail. */
  chatraAgentId: z.string().max(100).nullable(),
  allowed: z.boolean(),
})
export type EmployeeChoice = z.output<typeof employeeChoice>

const planfixEmployee = z.object({
  id: z.number(),
  name: z.string(),
  email: z.string().nullable(),
  otherEmails: z.array(z.string()),
  role: z.string().nullable(),
})
export type PlanfixEmployee = z.output<typeof planfixEmployee>

/** An agent of Chatra: seen in a webhook. */
const chatraAgent = z.object({
  id: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
})
export type ChatraAgent = z.output<typeof chatraAgent>

const employeesView = z.object({
  /** `everybody`: the list is empty. */
  mode: z.enum(['everybody', 'selected']),
  choices: z.array(employeeChoice),
  /** Active employees of Planfix; null when they could not be read yet, then `problem` gives the reason. */
  planfix: z.array(planfixEmployee).nullable(),
  readAt: time.nullable(),
  problem: callError.nullable(),
  agents: z.array(chatraAgent),
  /** Whether replies are sent under employees' names (F9), and the agent used otherwise (F6). */
  sendAsEmployee: z.boolean(),
  generalAgent: z.object({ email: z.string(), name: z.string() }),
})
export type EmployeesView = z.output<typeof employeesView>

export const employeesCalls = {
  /**
   * `id` may be that of a draft. `refresh` reads Planfix again; otherwise a list read in the last ten minutes
   * is returned.
   */
  'employees.get': call(z.strictObject({ id: connectionId, refresh: z.boolean() }), employeesView),
  'employees.save': call(
    z.strictObject({
      id: connectionId,
      mode: z.enum(['everybody', 'selected']),
      choices: z.array(employeeChoice).max(5000),
    }),
    done,
  ),
} as const
