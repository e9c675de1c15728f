// Completion for bash.

import type { OptionWords } from '../help/words.js'
import {
  type ArgumentChoices,
  type CommandChoices,
  type Completions,
  spellings,
  valuedSpellings,
} from './model.js'

/** What `_blpk_offer` gets: a kind of file, or words. */
function offerOf(takes: ArgumentChoices['takes']): string {
  if (takes === 'anything') return "''"
  return typeof takes === 'string' ? `@${takes}` : `'${takes.join(' ')}'`
}

function valueCases(options: readonly OptionWords[], indent: string): string[] {
  return options.flatMap((option) => {
    const offer = option.takesFile ? '@file' : `'${option.offers.join(' ')}'`
    const hasOffer = option.value !== undefined && offer !== "''"
    return hasOffer ? [`${indent}${spellings(option).join('|')}) offer=${offer} ;;`] : []
  })
}

function optionLines(options: readonly OptionWords[], indent: string): string[] {
  return [
    `options='${options.flatMap(spellings).join(' ')}'`,
    `valued=' ${valuedSpellings(options).join(' ')} '`,
    'case $option in',
    ...valueCases(options, '  '),
    'esac',
  ].map((line) => indent + line)
}

function argumentLines(args: readonly ArgumentChoices[], indent: string): string[] {
  const cases = args.map(
    ({ takes, repeats }, i) => `${indent}  ${repeats ? '*' : i}) argument=${offerOf(takes)} ;;`,
  )
  return [`${indent}case $count in`, ...cases, `${indent}esac`]
}

function commandLines({ names, options, args }: CommandChoices): string[] {
  return [
    `    ${names.join('|')})`,
    ...optionLines(options, '      '),
    ...argumentLines(args, '      '),
    '      ;;',
  ]
}

/** A script for bash 3.2 and later. */
export function bashScript({ extensions, options, commands }: Completions): string {
  const patterns = extensions.map((extension) => `*${extension}`).join('|')
  return `# Completion of blpk for bash.
# Put it into ~/.local/share/bash-completion/completions/blpk, or source it in ~/.bashrc.

# Sets the options of a command, those that take a value, and what to offer for one and for an argument.
_blpk_table() {
  local command=$1 option=$2 count=$3
  options='' valued=' ' offer='' argument=''
  case $command in
    '')
${optionLines(options, '      ').join('\n')}
      argument='${commands.flatMap(({ names }) => names[0]).join(' ')}'
      ;;
${commands.flatMap(commandLines).join('\n')}
  esac
}

_blpk_files() {
  local word=$1 kind=$2 file
  compopt -o filenames 2> /dev/null
  while IFS= read -r file; do
    if [[ $kind == @file || -d \${file/#\\~/$HOME} ]]; then
      COMPREPLY+=("$file")
    elif [[ $kind == @archive ]]; then
      case $file in ${patterns}) COMPREPLY+=("$file") ;; esac
    fi
  done < <(compgen -f -- "$word")
}

_blpk_offer() {
  local word=$1 what=$2 found
  case $what in
    @*) _blpk_files "$word" "$what" ;;
    *) while IFS= read -r found; do COMPREPLY+=("$found"); done < <(compgen -W "$what" -- "$word") ;;
  esac
}

_blpk() {
  local options valued offer argument i current command='' option='' count=0 only_arguments=''
  local word=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  _blpk_table '' '' 0
  for ((i = 1; i < COMP_CWORD; i++)); do
    current=\${COMP_WORDS[i]}
    if [[ $current == = ]]; then
      continue
    elif [[ -n $option ]]; then
      option=''
    elif [[ -n $only_arguments ]]; then
      count=$((count + 1))
    elif [[ $current == -- ]]; then
      only_arguments=1
    elif [[ $valued == *" $current "* ]]; then
      option=$current
    elif [[ $current == -?* ]]; then
      continue
    elif [[ -z $command ]]; then
      command=$current
      _blpk_table "$command" '' 0
    else
      count=$((count + 1))
    fi
  done
  # bash takes --codec=zstd apart at the sign.
  [[ $word == = ]] && word=''
  _blpk_table "$command" "$option" "$count"
  if [[ -n $option ]]; then
    _blpk_offer "$word" "$offer"
  elif [[ $word == -* && -z $only_arguments ]]; then
    _blpk_offer "$word" "$options"
  else
    _blpk_offer "$word" "$argument"
  fi
}

complete -F _blpk blpk
`
}
