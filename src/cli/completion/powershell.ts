// Completion for PowerShell.

import type { OptionWords } from '../help/words.js'
import { type ArgumentChoices, type CommandChoices, type Completions, spellings } from './model.js'

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function list(words: readonly string[]): string {
  return `@(${words.map(quoted).join(', ')})`
}

/** Kinds of files are words with an `@`, which no value has. */
function offerOf(takes: ArgumentChoices['takes']): string {
  if (takes === 'anything') return '@()'
  return typeof takes === 'string' ? list([`@${takes}`]) : list(takes)
}

function optionLines(option: OptionWords, indent: string): string[] {
  const { value, offers, takesFile, summary } = option
  const offer = value === undefined ? '$null' : takesFile ? list(['@file']) : list(offers)
  return spellings(option).map(
    (spelling) => `${indent}@{ Name = ${quoted(spelling)}; Does = ${quoted(summary)}; Offer = ${offer} }`,
  )
}

function commandLines({ names, summary, options, args }: CommandChoices): string[] {
  const offers = args.map(({ takes }) => `,${offerOf(takes)}`)
  return [
    '      @{',
    `        Names = ${list(names)}; Does = ${quoted(summary)}; Repeats = $${args.at(-1)?.repeats === true}`,
    `        Arguments = @(${offers.map((offer) => `(${offer})`).join('; ')})`,
    '        Options = @(',
    ...options.flatMap((option) => optionLines(option, '          ')),
    '        )',
    '      }',
  ]
}

/** A script for PowerShell 5.1 and later. */
export function powershellScript({ extensions, options, commands }: Completions): string {
  return `# Completion of blpk for PowerShell. Add it to $PROFILE.

Register-ArgumentCompleter -Native -CommandName blpk -ScriptBlock {
  param($word, $ast, $cursor)
  $extensions = ${list(extensions)}
  $global = @(
${options.flatMap((option) => optionLines(option, '    ')).join('\n')}
  )
  $commands = @(
${commands.flatMap(commandLines).join('\n')}
  )
  $command = $null
  $option = $null
  $count = 0
  $options = $global
  # Words before the cursor, without the program and the word that is completed.
  $words = @($ast.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.ToString() })
  foreach ($before in $words) {
    if ($option) { $option = $null; continue }
    $known = $options | Where-Object { $_.Name -ceq $before } | Select-Object -First 1
    if ($known) { if ($null -ne $known.Offer) { $option = $known }; continue }
    if ($before -like '-?*') { continue }
    if ($command) { $count++; continue }
    $command = $commands | Where-Object { $_.Names -ccontains $before } | Select-Object -First 1
    if ($command) { $options = $command.Options }
  }
  $offers = @()
  if ($option) { $offers = $option.Offer }
  elseif ($word -like '-*') {
    $options | Where-Object { $_.Name -clike "$word*" } | ForEach-Object {
      [System.Management.Automation.CompletionResult]::new($_.Name, $_.Name, 'ParameterName', $_.Does)
    }
    return
  }
  elseif (-not $command) {
    $commands | Where-Object { $_.Names[0] -clike "$word*" } | ForEach-Object {
      [System.Management.Automation.CompletionResult]::new($_.Names[0], $_.Names[0], 'Command', $_.Does)
    }
    return
  }
  else {
    $last = $command.Arguments.Count - 1
    if ($count -gt $last -and $command.Repeats) { $count = $last }
    if ($count -le $last) { $offers = $command.Arguments[$count] }
  }
  foreach ($offer in $offers) {
    if ($offer -notlike '@*') {
      if ($offer -like "$word*") {
        [System.Management.Automation.CompletionResult]::new($offer, $offer, 'ParameterValue', $offer)
      }
      continue
    }
    [System.Management.Automation.CompletionCompleters]::CompleteFilename($word) | Where-Object {
      $path = $_.CompletionText.Trim("'", '"')
      $offer -eq '@file' -or $_.ResultType -eq 'ProviderContainer' -or
        ($offer -eq '@archive' -and $extensions -contains [System.IO.Path]::GetExtension($path))
    }
  }
}
`
}
