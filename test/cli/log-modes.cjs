// Loaded before blpk: writes down with which mode each file and directory is made, and what that is changed to.
const fs = require('node:fs')

const { openSync, mkdirSync, fchmodSync } = fs
const log = openSync(process.env.MODES_LOG, 'a')

function note(what, path, mode) {
  fs.writeSync(log, `${JSON.stringify({ what, path, mode: mode & 0o777 })}\n`)
}

fs.openSync = (path, flags, mode) => {
  const fd = openSync(path, flags, mode)
  if (typeof flags === 'string' && flags.includes('x')) note('file', path, fs.fstatSync(fd).mode)
  return fd
}
fs.mkdirSync = (path, options) => {
  const made = mkdirSync(path, options)
  note('directory', path, fs.statSync(path).mode)
  return made
}
fs.fchmodSync = (fd, mode) => {
  fchmodSync(fd, mode)
  note(fs.fstatSync(fd).isDirectory() ? 'directory' : 'file', 'changed', mode)
}
