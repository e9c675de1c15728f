import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BLPK, filesIn, noise, tempDir, until } from './run.js'

/** Packs a pipe that never ends, as a loop of a shell does. */
const LOOP = 'for i in 1 2 3; do "$NODE" "$BLPK" c - $i.blp < fifo; echo next; done; echo over'

/** Runs a line of bash as a group of its own, as a terminal does, and sends the group a signal. */
async function inGroup(line: string, cwd: string, signal: NodeJS.Signals) {
  const env = { ...process.env, BLPK, NODE: process.execPath }
  const child = spawn('bash', ['-c', line], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  let out = ''
  child.stdout.on('data', (piece: Buffer) => {
    out += piece.toString()
  })
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, by) => resolve(by)))
  await new Promise((resolve) => setTimeout(resolve, 1000))
  if (child.pid !== undefined) process.kill(-child.pid, signal)
  return { by: await ended, out }
}

/** Has it got a handler for SIGHUP, which Node itself has not? */
function listens(pid: number | undefined): boolean {
  const [, caught] = /^SigCgt:\s*(\w+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return (BigInt(`0x${caught}`) & 1n) === 1n
}

describe.runIf(process.platform === 'linux')('a run that is interrupted', () => {
  test('dies of Ctrl-C, so that a loop of the shell ends too', async () => {
    const cwd = tempDir()
    const line = `mkfifo fifo; exec 9<> fifo; ${LOOP}`
    const { by, out } = await inGroup(line, cwd, 'SIGINT')
    expect([by, out]).toEqual(['SIGINT', ''])
    expect(filesIn(cwd)).toEqual(['fifo'])
  })

  test.each<NodeJS.Signals>(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    'dies of %s in whatever verb',
    async (signal) => {
      const cwd = tempDir()
      for (const args of [
        ['compress', '-', 'x.blp'],
        ['compress', '-', 'x.b2frame'],
        ['decompress', '-', 'x'],
        ['info', '-'],
        ['verify', '-'],
        ['convert', '-', 'x.b2nd'],
      ]) {
        const child = spawn(process.execPath, [BLPK, ...args], { cwd })
        child.stdin.on('error', () => {})
        const ended = new Promise((resolve) => child.on('close', (_, by) => resolve(by)))
        let said = ''
        child.stderr.on('data', (piece: Buffer) => {
          said += piece.toString()
        })
        child.stdin.write(noise(20))
        await until(() => listens(child.pid))
        await new Promise((resolve) => setTimeout(resolve, 100))
        child.kill(signal)
        expect([args[0], await ended, said]).toEqual([args[0], signal, 'blpk: error: interrupted\n'])
        expect(filesIn(cwd)).toEqual([])
      }
    },
    30_000,
  )
})
