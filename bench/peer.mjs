// The processes that a bench compares.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A process that does one case at a time: it gets cases as lines of JSON, and answers each with a line. */
export class Peer {
  #process
  #answers = []

  /** @param env in addition to that of this process */
  constructor([file, ...args], env = {}) {
    const stdio = ['pipe', 'pipe', 'inherit']
    this.#process = spawn(file, args, { stdio, env: { ...process.env, ...env } })
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      const take = this.#answers.shift()
      take?.resolve(JSON.parse(line))
    })
    this.#process.on('exit', (code) => {
      for (const { reject } of this.#answers) reject(new Error(`${file} ended with ${code}`))
    })
  }

  run(work) {
    return new Promise((resolve, reject) => {
      this.#answers.push({ resolve, reject })
      this.#process.stdin.write(`${JSON.stringify(work)}\n`)
    })
  }

  close() {
    this.#process.stdin.end()
  }
}
