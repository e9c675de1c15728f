#!/usr/bin/env node
'use strict'
const { enableCompileCache } = require('node:module')

/** Compiled code is kept from start to start, from Node 22.8 on; before that there is what the build made. */
function load() {
  enableCompileCache?.()
  // Maps of the bundle cost time to read, and only traces need them. Cached code has none.
  if (process.argv.includes('--debug')) process.setSourceMapsEnabled(true)
  const isPlain = enableCompileCache !== undefined || process.sourceMapsEnabled
  const bundle = isPlain ? undefined : require('./code-cache.js').cachedBundle()
  return bundle === undefined ? require('../dist/bundle/cli.js') : bundle.load('cli.js')
}

load().main(process.argv.slice(2))
