import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { BRIDGE } from '../../../../src/main/cli/program.ts'
import { completionScript, SHELLS } from '../../../../src/main/process/command-line/completion.ts'
import { usage } from '../../../../src/main/process/command-line/help.ts'
import { manPage } from '../../../../src/main/process/command-line/man-page.ts'
import { parseCommandLine } from '../../../../src/main/process/command-line/parse.ts'
import type { ProgramSpecification } from '../../../../src/main/process/command-line/specification.ts'
import { RELAY } from '../../../../src/main/relay/program.ts'

const parse = (...args: string[]) => parseCommandLine(BRIDGE, '1.2.3', args)
const hasTool = (name: string) => spawnSync(name, ['--version']).error === undefined

describe('a command line', () => {
  test('an unknown option of a known command shows the help of that command', () => {
    const { wrong } = parse('retry', '7', '--colour') as { wrong: string }
    expect(wrong).toContain("Unknown option '--colour'")
    expect(wrong).toContain('Usage: bridge retry ID')
    expect(wrong).not.toContain('doctor')
  })

  test('help, help COMMAND and COMMAND --help show what was asked for', () => {
    const shown = (...args: string[]) => (parse(...args) as { show: string }).show
    expect(shown('--help')).toBe(usage(BRIDGE))
    expect(shown('help')).toBe(usage(BRIDGE))
    expect(shown('help', 'restore')).toBe(shown('restore', '--help'))
    expect(shown('restore', '-h')).toContain('--from PATH')
  })

  test('--version shows name and version, also after a command', () => {
    expect(parse('--version')).toEqual({ show: 'bridge 1.2.3\n' })
    expect(parse('serve', '-V')).toEqual({ show: 'bridge 1.2.3\n' })
  })

  test('values, lists and switches are read by their names', () => {
    const given = parseCommandLine(RELAY, '1', ['--proxy', 'a', '--proxy', 'b', '--port', '1'])
    if (!('text' in given)) throw new Error(JSON.stringify(given))
    expect([given.texts('proxy'), given.text('port'), given.has('host')]).toEqual([['a', 'b'], '1', false])
  })

  test('no line of the help is longer than a terminal of 100 columns', () => {
    for (const program of [BRIDGE, RELAY]) {
      const lines = [usage(program), ...program.commands.map(({ name }) => helpOf(program, name))]
        .join('\n')
        .split('\n')
      expect(lines.filter((line) => line.length > 100)).toEqual([])
    }
  })
})

const helpOf = (program: ProgramSpecification, name: string): string => {
  const shown = parseCommandLine(
    program,
    '1',
    [...name.split(' '), '--help'].filter((word) => word !== ''),
  )
  return 'show' in shown ? shown.show : JSON.stringify(shown)
}

describe.each([BRIDGE, RELAY])('the program $name', (program) => {
  const options = [...program.common, ...program.commands.flatMap((command) => command.options)]

  test('help and man page name every command, option and variable', () => {
    const help = [usage(program), ...program.commands.map(({ name }) => helpOf(program, name))].join('\n')
    const page = manPage(program, '1.2.3').replaceAll('\\-', '-')
    for (const text of [help, page]) {
      expect(program.commands.filter(({ name }) => !text.includes(name))).toEqual([])
      expect(options.filter(({ name }) => !text.includes(`--${name}`))).toEqual([])
      expect(program.environment.filter(([name]) => !text.includes(name))).toEqual([])
    }
  })

  test.each(SHELLS)('the completion for %s is a script that the shell accepts', (shell) => {
    const script = completionScript(program, shell)
    expect(options.filter(({ name }) => !script.includes(`--${name}`))).toEqual([])
    if (!hasTool(shell)) return
    expect(spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' }).stderr).toBe('')
  })

  test.skipIf(!hasTool('man'))('man shows the page without a complaint', () => {
    const shown = spawnSync('man', ['--warnings', '-l', '-'], {
      input: manPage(program, '1.2.3'),
      encoding: 'utf8',
      env: { ...process.env, MANROFFOPT: '', LC_ALL: 'C.UTF-8', MANWIDTH: '100' },
    })
    expect(shown.stderr).toBe('')
    expect(shown.stdout).toContain(program.summary)
  })
})

test.skipIf(!hasTool('bash'))(
  'bash completes commands, options, shells and words of two-word commands',
  () => {
    const completed = (program: ProgramSpecification, ...words: string[]): string[] => {
      const line = [program.name, ...words].map((word) => `'${word}'`).join(' ')
      const script = `${completionScript(program, 'bash')}
      COMP_WORDS=(${line}); COMP_CWORD=${words.length}
      _${program.name.replaceAll('-', '_')}; printf '%s\\n' "\${COMPREPLY[@]}"`
      return spawnSync('bash', { input: script, encoding: 'utf8' }).stdout.trim().split('\n')
    }
    expect(completed(BRIDGE, 're')).toEqual(['retry', 'restore', 'rename'])
    expect(completed(BRIDGE, 'restore', '--f')).toEqual(['--from'])
    expect(completed(BRIDGE, 'restore', '--y')).toEqual(['--yes'])
    expect(completed(BRIDGE, 'completion', 'z')).toEqual(['zsh'])
    expect(completed(BRIDGE, 'serve', '--log-level', 'd')).toEqual(['debug'])
    expect(completed(RELAY, '--max')).toEqual(['--max-events', '--max-mb'])
    expect(completed(RELAY, 'unp')).toEqual(['unpair'])
  },
)
