'use strict'
// Runs the bundle with the code that V8 compiled when it was built: to compile it takes 17 ms at each start.
const { existsSync, readFileSync, statSync } = require('node:fs')
const { wrap } = require('node:module')
const { dirname, join } = require('node:path')
const { Script } = require('node:vm')

const BUNDLE = join(__dirname, '../dist/bundle')

/** Folder of the code that exactly this node compiled. V8 checks its version, but not the build and the machine. */
function folder() {
  const { version, platform, arch, execPath } = process
  return join(BUNDLE, 'code-cache', `${version}-${platform}-${arch}-${statSync(execPath).size}`)
}

const fileIn = (dir, name) => join(dir, `${name}.bin`)

function read(path) {
  return existsSync(path) ? readFileSync(path) : undefined
}

/** Loads modules of the bundle, each once, with cached code from a folder where there is some. */
class CachedBundle {
  /** By the name of the file. */
  scripts = new Map()
  #modules = new Map()
  #dir

  constructor(dir) {
    this.#dir = dir
  }

  load(name) {
    const there = this.#modules.get(name)
    if (there !== undefined) return there.exports
    const module = { exports: {} }
    this.#modules.set(name, module)
    this.#run(name, module)
    return module.exports
  }

  #run(name, module) {
    const filename = join(BUNDLE, name)
    const script = new Script(wrap(readFileSync(filename, 'utf8')), {
      filename,
      cachedData: read(fileIn(this.#dir, name)),
    })
    this.scripts.set(name, script)
    const requireHere = (id) => (id.startsWith('./') ? this.load(id.slice(2)) : require(id))
    script.runInThisContext()(module.exports, requireHere, module, filename, dirname(filename))
  }
}

/** @returns the bundle with the code of this node; undefined if there is none */
function cachedBundle() {
  const dir = folder()
  return existsSync(dir) ? new CachedBundle(dir) : undefined
}

module.exports = { CachedBundle, cachedBundle, fileIn, folder }
