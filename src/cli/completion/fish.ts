// Completion for fish.

import type { OptionWords } from '../help/words.js'
import { type ArgumentChoices, type CommandChoices, type Completions, valuedSpellings } from './model.js'

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}

function offerOf(takes: ArgumentChoices['takes']): string {
  if (takes === 'anything') return ''
  if (typeof takes !== 'string') return ` -a ${quoted(takes.join(' '))}`
  if (takes === 'archive') return " -a '(__blpk_archives)'"
  return takes === 'directory' ? " -a '(__fish_complete_directories)'" : ' -F'
}

function requiredValue({ value, offers, takesFile }: OptionWords): string {
  if (value === undefined) return ''
  if (takesFile) return ' -r -F'
  return offers.length === 0 ? ' -x' : ` -x -a ${quoted(offers.join(' '))}`
}

function optionLine(option: OptionWords, condition: string): string {
  const letter = option.letter === undefined ? '' : ` -s ${option.letter}`
  const spelt = `${letter} -l ${option.name}${requiredValue(option)}`
  return `complete -c blpk -n ${quoted(condition)}${spelt} -d ${quoted(option.summary)}`
}

function commandLines({ names, options, args }: CommandChoices): string[] {
  const words = names.join(' ')
  return [
    ...options.map((option) => optionLine(option, `__blpk_is ${words}`)),
    ...args.flatMap(({ takes, repeats }, i) => {
      const offer = offerOf(takes)
      const condition = `__blpk_is ${words}; and __blpk_at ${i}${repeats ? ' more' : ''}`
      return offer === '' ? [] : [`complete -c blpk -n ${quoted(condition)}${offer}`]
    }),
  ]
}

function valuedCase({ names, options }: CommandChoices): string {
  return `    case ${names.join(' ')}\n      string split ' ' -- '${valuedSpellings(options).join(' ')}'`
}

/** A script for fish 3. */
export function fishScript({ extensions, options, commands }: Completions): string {
  const endings = extensions.map((extension) => extension.replaceAll('.', '\\.')).join('|')
  const subcommands = commands.map(
    ({ names: [name = ''], summary }) =>
      `complete -c blpk -n 'test -z (__blpk_words)[1]' -a ${name} -d ${quoted(summary)}`,
  )
  return `# Completion of blpk for fish. Put it into ~/.config/fish/completions/blpk.fish.

# Options of a command that take a value.
function __blpk_valued
  switch "$argv[1]"
    case ''
      string split ' ' -- '${valuedSpellings(options).join(' ')}'
${commands.map(valuedCase).join('\n')}
  end
end

# The command and its arguments before the cursor, without options and their values.
function __blpk_words
  set -l tokens (commandline -opc)
  set -l valued (__blpk_valued '')
  set -l command ''
  set -l skip 0
  set -l only_arguments 0
  for token in $tokens[2..-1]
    if test $skip = 1
      set skip 0
    else if test $only_arguments = 0; and test "$token" = --
      set only_arguments 1
    else if test $only_arguments = 0; and contains -- $token $valued
      set skip 1
    else if test $only_arguments = 0; and string match -q -- '-?*' $token
      continue
    else
      if test -z "$command"
        set command $token
        set valued (__blpk_valued $token)
      end
      printf '%s\\n' $token
    end
  end
end

function __blpk_is
  contains -- (__blpk_words)[1] $argv
end

# Is the argument of this number next, counted from 0?
function __blpk_at
  set -l count (math (count (__blpk_words)) - 1)
  test $count = $argv[1]; or begin; test "$argv[2]" = more; and test $count -gt $argv[1]; end
end

function __blpk_archives
  __fish_complete_path (commandline -ct) | string replace -r '\\t.*' '' | string match -r '.*(?:/|${endings})$'
end

complete -c blpk -f
${options.map((option) => optionLine(option, 'test -z (__blpk_words)[1]')).join('\n')}
${subcommands.join('\n')}
${commands.flatMap(commandLines).join('\n')}
`
}
