// Runs command lines in one process, one after the other, as test/cli/resident.ts sends them. Each has ended when nothing
// is left that would keep a process of its own alive.
const { main } = require('../../dist/bundle/cli.js')

const EVENTS = ['exit', 'uncaughtException', 'SIGINT', 'SIGTERM', 'SIGHUP']
let isRunning = false

/** Ends a run as a process would: with what listens for its end, and nothing that listens any longer. */
function endRun() {
  for (const listener of process.rawListeners('exit')) listener(process.exitCode ?? 0)
  for (const event of EVENTS) process.removeAllListeners(event)
  const code = process.exitCode ?? 0
  process.exitCode = undefined
  return code
}

process.on('message', ({ args, cwd, mark }) => {
  process.chdir(cwd)
  isRunning = true
  // From here on only the run keeps the process alive.
  process.channel.unref()
  process.once('beforeExit', () => {
    process.channel.ref()
    isRunning = false
    const code = endRun()
    process.stdout.write(mark)
    process.stderr.write(mark)
    process.send({ code })
  })
  main(args)
})
process.on('disconnect', () => {
  if (!isRunning) process.exit()
})
