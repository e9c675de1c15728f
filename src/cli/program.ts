// Builds the parser from the tables of commands and options.

import { readFileSync } from 'node:fs'
import { Command, type CommanderError, Option } from 'commander'
import { usage } from '../core/errors.js'
import { withDashes } from './arguments.js'
import { type CommandModule, type CommandSpec, commands } from './commands.js'
import { flags } from './flags/index.js'
import type { CliOptions, CommandName, Flag } from './flags/options.js'
import { print } from './view/print.js'

/** What to do with a command line that was understood. */
export type Action = (
  module: CommandModule,
  args: string[],
  options: CliOptions,
  name: CommandName,
) => Promise<void>

/** Parsing ended without a command to run: help or the version was asked for, or something is wrong. */
export class ParserEnd extends Error {
  /** What commander says, and by its `code` why. */
  readonly reason: CommanderError
  /** Undefined before a command. */
  readonly command: CommandName | undefined

  constructor(reason: CommanderError, command: CommandName | undefined) {
    super(reason.message)
    this.reason = reason
    this.command = command
  }
}

/** To read it takes a while. */
function versionLine(argv: readonly string[]): string {
  if (!argv.includes('--version')) return ''
  const path = new URL('../../package.json', import.meta.url)
  return `blpk ${(JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version}`
}

function toOption({ letter, name, value, parse, repeats }: Flag): Option {
  const short = letter === undefined ? '' : `-${letter}, `
  const option = new Option(`${short}--${name}${value === undefined ? '' : ` <${value}>`}`)
  if (parse === undefined) return option
  return option.argParser((text: string, before: unknown) =>
    repeats === true ? [...((before as unknown[] | undefined) ?? []), parse(text)] : parse(text),
  )
}

/** What parser and commands have in common. Help and errors are made by modules that load when they are needed. */
function setUp(command: Command, table: readonly Flag[], version: string, name?: CommandName): void {
  command
    .helpOption('-h, --help')
    .version(version, '--version')
    .configureHelp({ formatHelp: () => '' })
    .configureOutput({ writeOut: print, writeErr: () => {}, outputError: () => {} })
    .exitOverride((reason) => {
      throw reason.code.startsWith('commander.') ? new ParserEnd(reason, name) : reason
    })
  for (const flag of table) if (flag.commands === 'all') command.addOption(toOption(flag))
}

function checkOptions(options: CliOptions): CliOptions {
  if (options.quiet === true && options.verbose === true) throw usage('-q and -v cannot be combined')
  return options.ndjson === true ? { ...options, json: true } : options
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
  for (const { name } of spec.args) command.argument(name)
  for (const flag of table) {
    if (flag.commands !== 'all' && flag.commands.includes(spec.name)) command.addOption(toOption(flag))
  }
  setUp(command, table, program.version() ?? '', spec.name)
  command.action(async () => {
    const options = checkOptions(optionsOf(program, command))
    await action(await spec.load(), withDashes(spec, command.args), options, spec.name)
  })
}

/**
 * The command line of blpk for commander, made from the tables of commands and options.
 * @param argv the arguments that it is for
 * @param action called for a subcommand
 * @throws BlpkError USAGE; parsing throws {@link ParserEnd} too
 */
export function buildProgram(argv: readonly string[], action: Action): Command {
  // Letters mean different things before and behind the command only if they are not looked for everywhere.
  const program = new Command('blpk').enablePositionalOptions().helpCommand(false)
  const [table, specs] = [flags(), commands()]
  setUp(program, table, versionLine(argv))
  for (const spec of specs) {
    const names = [spec.name, ...(spec.alias === undefined ? [] : [spec.alias])]
    const command = program.command(spec.name).aliases(names.slice(1))
    // To set up those that are not meant takes time.
    if (argv.some((argument) => names.includes(argument))) setUpCommand(program, command, spec, table, action)
  }
  return program
}
