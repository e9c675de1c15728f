// Builds the parser and the help from the tables of commands and options.

import { readFileSync } from 'node:fs'
import { type Argument, Command, CommanderError, Option } from 'commander'
import { usage } from '../core/errors.js'
import { withDashes } from './arguments.js'
import { type CommandModule, type CommandSpec, commands } from './commands.js'
import { onlyReadText } from './extensions.js'
import { flags } from './flags/index.js'
import type { CliOptions, CommandName, Flag, Wording } from './flags/options.js'
import { print } from './view/print.js'
import { standardError } from './view/stdio.js'

const GLOBAL_OPTIONS = 'Global options (before or after the command):'

const EXIT_CODES = `
Exit codes (of several files the largest one counts):
  0    done
  1    failed: not found, exists, not permitted, disk full, I/O, network
  2    wrong usage
  3    the archive is damaged; of repair and --salvage: something is lost
  4    not supported: an unknown codec, version or feature
  5    no room to append (see append --grow)
  6    others write to it (see append --lock-timeout), or the store cannot keep writers apart
  130  interrupted (143 by SIGTERM, 129 by SIGHUP)`

const MAIN_EXAMPLES = `
Examples:
  blpk compress data.npy              writes data.npy.blp
  blpk decompress data.npy.blp        writes data.npy
  blpk info data.npy.blp
  blpk append data.npy.blp more.npy
  blpk verify *.blp
  tar c dir | blpk c - | ssh host 'cat > dir.tar.blp'`

/** What to do with a command line that was understood. */
export type Action = (
  module: CommandModule,
  args: string[],
  options: CliOptions,
  name: CommandName,
) => Promise<void>

function version(): string {
  const path = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

function wordsFor(wording: Wording, command: CommandName | undefined): string {
  return typeof wording === 'string' ? wording : ((command && wording[command]) ?? '')
}

function toOption(flag: Flag, command?: CommandName): Option {
  const letter = flag.letter === undefined ? '' : `-${flag.letter}, `
  const value = flag.value === undefined ? '' : ` <${flag.value}>`
  const usual = flag.default === undefined ? '' : wordsFor(flag.default, command)
  const byDefault = usual === '' ? '' : ` (default: ${usual})`
  const option = new Option(
    `${letter}--${flag.name}${value}`,
    wordsFor(flag.description, command) + byDefault,
  )
  const { parse, repeats } = flag
  if (parse !== undefined) {
    option.argParser((text: string, before: unknown) =>
      repeats === true ? [...((before as unknown[] | undefined) ?? []), parse(text)] : parse(text),
    )
  }
  if (flag.commands === 'all') option.helpGroup(GLOBAL_OPTIONS)
  return option
}

function commandLineOf(command: Command): string {
  return command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`
}

/** Turns what commander says over several lines into one, with the help that tells more. */
function complaint(error: CommanderError, command: Command): Error {
  if (!error.code.startsWith('commander.') || error.exitCode === 0 || error.code === 'commander.help')
    return error
  const [what = '', hint] = error.message.replace(/^error: /, '').split('\n')
  const see = `see ${commandLineOf(command)} --help`
  const guess = hint === undefined ? '' : `${hint.replace(/^\(D/, 'd').replace(/\)$/, '')} `
  return usage(`${what.replace(/\.$/, '')} (${guess}${see})`)
}

function setUp(command: Command, versionLine: string, table: readonly Flag[]): void {
  command
    .helpOption('-h, --help', 'show this help')
    .version(versionLine, '--version', 'print the version')
    .configureOutput({
      writeOut: print,
      writeErr: (text) => standardError().write(text),
      outputError: () => {},
    })
    .exitOverride((error) => {
      throw complaint(error, command)
    })
  for (const flag of table) if (flag.commands === 'all') command.addOption(toOption(flag))
}

function checkOptions(options: CliOptions): CliOptions {
  if (options.quiet === true && options.verbose === true) throw usage('-q and -v exclude each other')
  return options.ndjson === true ? { ...options, json: true } : options
}

/** @throws BlpkError USAGE where help is wanted of a command that there is not */
function checkHelp([first, wanted]: readonly string[]): void {
  if (first !== 'help' || wanted === undefined || wanted.startsWith('-')) return
  if (!commands().some(({ name, alias }) => name === wanted || alias === wanted))
    throw usage(`unknown command '${wanted}' (see blpk --help)`)
}

/** How the list of commands shows one: every command has options, so that needs no saying. */
function termOf(command: Command): string {
  const names = [command.name(), ...command.aliases()].join('|')
  return [names, ...command.registeredArguments.map(termOfArgument)].join(' ')
}

function termOfArgument(argument: Argument): string {
  const text = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${text}>` : `[${text}]`
}

/** What the parser needs of a command that is not meant; the rest takes time to make. */
function listCommand(program: Command, spec: CommandSpec): Command {
  const command = program.command(spec.name).summary(spec.summary)
  return spec.alias === undefined ? command : command.alias(spec.alias)
}

/** Options before and behind the command; of those that may be given several times, all. */
function optionsOf(program: Command, command: Command): CliOptions {
  const [before, behind] = [program.opts<CliOptions>(), command.opts<CliOptions>()]
  const plugin = [...(before.plugin ?? []), ...(behind.plugin ?? [])]
  return { ...before, ...behind, ...(plugin.length > 0 && { plugin }) }
}

function setUpCommand(
  program: Command,
  command: Command,
  spec: CommandSpec,
  table: readonly Flag[],
  action: Action,
): void {
  command.description(spec.description)
  for (const { name, description } of spec.args) command.argument(name, description)
  for (const flag of table) {
    if (flag.commands !== 'all' && flag.commands.includes(spec.name))
      command.addOption(toOption(flag, spec.name))
  }
  setUp(command, program.version() ?? '', table)
  command.addHelpText('after', `\nExamples:\n${spec.examples.map((example) => `  ${example}`).join('\n')}`)
  command.action(async () => {
    const options = checkOptions(optionsOf(program, command))
    await action(await spec.load(), withDashes(spec, command.args), options, spec.name)
  })
}

function descriptionText(): string {
  const read = onlyReadText()
  return `Packs binary and numeric data into Bloscpack archives (.blp) and Blosc2 frames, and reads parts of them.${
    read === undefined ? '' : ` What is only read: ${read}.`
  }`
}

/**
 * The command line of blpk for commander, made from the tables of commands and options.
 * @param argv the arguments that it is for
 * @param action called for a subcommand
 * @throws BlpkError USAGE
 */
export function buildProgram(argv: readonly string[], action: Action): Command {
  checkHelp(argv)
  const program = new Command('blpk')
    .usage('[options] <command> [options] ...')
    .description(descriptionText())
    // Letters mean different things before and behind the command only if they are not looked for everywhere.
    .enablePositionalOptions()
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ subcommandTerm: termOf })
    .addHelpText('after', MAIN_EXAMPLES + EXIT_CODES.replace(/^/, '\n'))
  const [table, specs] = [flags(), commands()]
  setUp(program, `blpk ${version()}`, table)
  const isMeant = ({ name, alias }: CommandSpec): boolean =>
    argv.includes(name) || (alias !== undefined && argv.includes(alias))
  const wantsHelp = argv.some((argument) => ['-h', '--help', 'help'].includes(argument))
  const isSetUp = wantsHelp || !specs.some(isMeant) ? () => true : isMeant
  for (const spec of specs) {
    const command = listCommand(program, spec)
    if (isSetUp(spec)) setUpCommand(program, command, spec, table, action)
  }
  return program
}

/** What a parser threw: its exit code where it is only a way to end, such as after the help. */
export function endOf(error: unknown): number | undefined {
  if (!(error instanceof CommanderError)) return undefined
  return error.exitCode === 0 ? 0 : 2
}
