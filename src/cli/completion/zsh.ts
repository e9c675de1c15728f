// Completion for zsh.

import type { OptionWords } from '../help/words.js'
import type { ArgumentChoices, CommandChoices, Completions } from './model.js'

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** Brackets and colons mean something in the specifications of `_arguments`. */
function described(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&')
}

function actionOf(takes: ArgumentChoices['takes']): string {
  if (takes === 'anything') return ' '
  if (typeof takes !== 'string') return `(${takes.join(' ')})`
  return { archive: '_blpk_archives', file: '_files', directory: '_files -/' }[takes]
}

function valueSpec({ value, offers, takesFile }: OptionWords): string {
  if (value === undefined) return ''
  const action = takesFile ? '_files' : offers.length === 0 ? ' ' : `(${offers.join(' ')})`
  return `:${described(value)}:${action}`
}

/** An option, spelt in both ways; one excludes the other, unless it may come several times. */
function optionSpecs(option: OptionWords): string[] {
  const { letter, name, value, summary, repeats } = option
  const about = `[${described(summary)}]${valueSpec(option)}`
  const long = `--${name}${value === undefined ? '' : '='}`
  if (letter === undefined) return [quoted(`${repeats ? '*' : ''}${long}${about}`)]
  const others = `(-${letter} --${name})`
  return [`-${letter}${value === undefined ? '' : '+'}`, long].map((spelling) =>
    quoted(`${others}${spelling}${about}`),
  )
}

function argumentSpec({ name, takes, repeats }: ArgumentChoices, i: number): string {
  return quoted(`${repeats ? '*' : i + 1}:${name}:${actionOf(takes)}`)
}

function argumentsCall(specs: readonly string[], indent: string): string {
  return `_arguments -s -S -C \\\n${specs.map((spec) => indent + spec).join(' \\\n')}`
}

function commandCase({ names, options, args }: CommandChoices): string {
  const specs = [...options.flatMap(optionSpecs), ...args.map(argumentSpec)]
  return `        ${names.join('|')})
          ${argumentsCall(specs, '            ')}
          ;;`
}

/** A script for zsh 5. */
export function zshScript({ extensions, options, commands }: Completions): string {
  const endings = extensions.map((extension) => extension.slice(1)).join('|')
  const summaries = commands.map(({ names: [name], summary }) => quoted(`${name}:${described(summary)}`))
  const specs = [...options.flatMap(optionSpecs), "'1: :_blpk_commands'", "'*:: :->command'"]
  return `#compdef blpk
# Completion of blpk for zsh. Put it into a directory of $fpath, as _blpk.

_blpk_archives() {
  _files -g '*.(${endings})'
}

_blpk_commands() {
  local -a commands=(
    ${summaries.join('\n    ')}
  )
  _describe -t commands command commands
}

_blpk() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  ${argumentsCall(specs, '    ')} && return
  case $state in
    command)
      curcontext="\${curcontext%:*}-$words[1]:"
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
}

if [[ $funcstack[1] == _blpk ]]; then
  _blpk "$@"
else
  compdef _blpk blpk
fi
`
}
