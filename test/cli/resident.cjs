// Runs the command lines that test/cli/resident.ts sends, one after the other. A run has ended when nothing is left that
// would keep a process of its own alive.
const { main } = require('../../dist/bundle/cli.js')

const EVENTS = ['exit', 'uncaughtException', 'SIGINT', 'SIGTERM', 'SIGHUP']
let isRunning = false

/** Ends a run as a process would: calls the exit listeners, then removes the listeners of the run. */
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
