import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort } from './s3-server.js'

/** Where Debian keeps daemons, which is not on everybody's path. */
const PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter)
const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'sinfo']

/** The programs of Slurm and MUNGE that are not installed. */
export function missingOfSlurm(): string[] {
  const folders = PATH.split(delimiter)
  return PROGRAMS.filter((program) => !folders.some((folder) => existsSync(join(folder, program))))
}

/** One node on loopback; no cgroups, accounting or mail. */
async function configuration(directory: string): Promise<string> {
  const host = hostname().split('.')[0]
  const user = userInfo().username
  const [control, node] = [await freePort(), await freePort()]
  return `ClusterName=blpk
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${control}
SlurmdPort=${node}
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
AuthInfo=socket=${join(directory, 'munge.socket')}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MailProg=/bin/true
StateSaveLocation=${join(directory, 'state')}
SlurmdSpoolDir=${join(directory, 'spool')}
SlurmctldPidFile=${join(directory, 'slurmctld.pid')}
SlurmdPidFile=${join(directory, 'slurmd.pid')}
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1
SlurmdParameters=config_overrides
NodeName=node1 NodeHostname=${host} NodeAddr=127.0.0.1 CPUs=2
PartitionName=all Nodes=node1 Default=YES
`
}

/** Asks every tenth of a second. */
async function until(isTrue: () => boolean, seconds: number, what: () => string): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** A Slurm of one's own, with one node on 127.0.0.1, that runs as whoever runs the tests. */
export class Slurm {
  /** Not in another one: the name of a socket has at most 108 bytes, and munged wants everybody to reach it. */
  readonly #directory = mkdtempSync(join(tmpdir(), 'blpk-slurm-'))
  readonly #daemons: ChildProcess[] = []

  /** What the commands of Slurm must be told. */
  get env(): Record<string, string> {
    return { SLURM_CONF: join(this.#directory, 'slurm.conf') }
  }

  #log(name: string): string {
    return join(this.#directory, `${name}.log`)
  }

  #daemon(name: string, args: readonly string[]): void {
    const line = `exec "$@" > "${this.#log(name)}" 2>&1`
    const env = { ...process.env, ...this.env, PATH }
    this.#daemons.push(spawn('sh', ['-c', line, 'sh', name, ...args], { env, stdio: 'ignore' }))
  }

  #ask(command: string, args: readonly string[]): string {
    const env = { ...process.env, ...this.env, PATH }
    const stdio = ['ignore', 'pipe', 'ignore'] as ('ignore' | 'pipe')[]
    return execFileSync(command, args, { env, stdio, encoding: 'utf8' }).trim()
  }

  /** The ends of the logs, for errors. */
  #logs(): string {
    const ends = ['munged', 'slurmctld', 'slurmd'].map((name) => {
      const log = existsSync(this.#log(name)) ? readFileSync(this.#log(name), 'utf8') : ''
      return `${name}:\n${log.slice(-1500)}`
    })
    return ends.join('\n')
  }

  /** Returns when the node takes jobs. */
  async start(): Promise<void> {
    const at = (name: string): string => join(this.#directory, name)
    for (const name of ['state', 'spool']) mkdirSync(at(name))
    chmodSync(this.#directory, 0o711)
    writeFileSync(at('key'), randomBytes(1024), { mode: 0o600 })
    writeFileSync(at('slurm.conf'), await configuration(this.#directory))
    const files = { 'key-file': 'key', 'pid-file': 'munged.pid', 'seed-file': 'seed', 'log-file': 'log' }
    const options = Object.entries(files).map(([option, name]) => `--${option}=${at(name)}`)
    this.#daemon('munged', ['-F', '--num-threads=10', `--socket=${at('munge.socket')}`, ...options])
    await until(
      () => existsSync(at('munge.socket')),
      20,
      () => this.#logs(),
    )
    this.#daemon('slurmctld', ['-D'])
    this.#daemon('slurmd', ['-D', '-N', 'node1'])
    await until(
      () => this.#isIdle(),
      30,
      () => this.#logs(),
    )
  }

  #isIdle(): boolean {
    try {
      return this.#ask('sinfo', ['-h', '-o', '%t']) === 'idle'
    } catch {
      return false
    }
  }

  /** Waits until no job is left. */
  async finish(seconds: number): Promise<void> {
    const jobs = (): string => this.#ask('squeue', ['-h', '-o', '%i %T %r'])
    await until(
      () => jobs() === '',
      seconds,
      () => `${jobs()}\n${this.#logs()}`,
    )
  }

  /** Ends the daemons, and removes what they wrote; those that do not end when they are asked are killed. */
  async stop(): Promise<void> {
    const running = this.#daemons.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    )
    const kill = (signal: NodeJS.Signals) => () => {
      for (const daemon of running) daemon.kill(signal)
    }
    const ended = Promise.all(running.map((daemon) => once(daemon, 'exit')))
    kill('SIGTERM')()
    const timer = setTimeout(kill('SIGKILL'), 5000)
    await ended
    clearTimeout(timer)
    rmSync(this.#directory, { recursive: true, force: true })
  }
}
