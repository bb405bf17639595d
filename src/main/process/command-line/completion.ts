import { ALWAYS } from './help.ts'
import type { OptionSpecification, ProgramSpecification } from './specification.ts'

export const SHELLS = ['bash', 'zsh'] as const
export type Shell = (typeof SHELLS)[number]

/** The script by which a shell completes commands, options and files: `eval "$(bridge completion bash)"`. */
export function completionScript(program: ProgramSpecification, shell: Shell): string {
  const bash = bashScript(program)
  // zsh runs bash's completion functions; only the way to register them differs.
  return shell === 'bash'
    ? bash
    : `#compdef ${program.name}\nautoload -U +X bashcompinit && bashcompinit\n${bash}`
}

function bashScript({ name, commands, common }: ProgramSpecification): string {
  const named = commands.filter((command) => command.name !== '')
  const words = (options: readonly OptionSpecification[]) =>
    [...options, ...common, ...ALWAYS].map((option) => `--${option.name}`).join(' ')
  const cases = named.map(({ name: command, options, arguments: wanted }) => {
    const fixed = wanted.flatMap(({ completes }) => (Array.isArray(completes) ? completes : []))
    return `    "${command}") words="${[words(options), ...fixed].join(' ')}" ;;`
  })
  const alone = commands.find((command) => command.name === '')
  const first = [...new Set(named.map((command) => command.name.split(' ')[0]))].join(' ')
  const pairs = named.filter((command) => command.name.includes(' '))
  const seconds = [...new Set(pairs.map((command) => command.name.split(' ')[0]))].map((begin) => {
    const following = pairs.filter((command) => command.name.startsWith(`${begin} `))
    return `    "${begin}") words="${following.map((command) => command.name.split(' ')[1]).join(' ')}" ;;`
  })
  const options = [...common, ...commands.flatMap((command) => command.options)]
  const values = (kind: 'file' | 'folder') => [
    ...new Set(options.filter(({ completes }) => completes === kind).map((option) => `--${option.name}`)),
  ]
  const lists = options.flatMap(({ name: option, completes }) =>
    Array.isArray(completes)
      ? [`    --${option}) COMPREPLY=($(compgen -W "${completes.join(' ')}" -- "$here")); return ;;`]
      : [],
  )
  const patterns: [string[], string][] = [
    [values('file'), '-f'],
    [values('folder'), '-d'],
  ]
  const places = patterns
    .filter(([which]) => which.length > 0)
    .map(([which, how]) => `    ${which.join('|')}) COMPREPLY=($(compgen ${how} -- "$here")); return ;;`)
  return `_${name.replaceAll('-', '_')}() {
  local here="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" one="" two="" word words=""
  COMPREPLY=()
  case "$before" in
${[...places, ...lists].join('\n')}
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) continue ;; esac
    if [ -z "$one" ]; then one="$word"; elif [ -z "$two" ]; then two="$one $word"; fi
  done
  case "$two" in
${cases.filter((_, at) => named[at]!.name.includes(' ')).join('\n') || '    "") ;;'}
  esac
  [ -n "$words" ] || case "$one" in
    "") words="${first} ${alone ? words(alone.options) : words([])}" ;;
${[...seconds, ...cases.filter((_, at) => !named[at]!.name.includes(' '))].join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$here"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$here"))
}
complete -F _${name.replaceAll('-', '_')} ${name}
`
}
