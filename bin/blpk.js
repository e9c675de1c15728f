#!/usr/bin/env node
'use strict'
// Compiled code is kept for the next start, from Node 22.8 on.
require('node:module').enableCompileCache?.()
// Maps of the bundle cost time to read, and only traces need them.
if (process.argv.includes('--debug')) process.setSourceMapsEnabled(true)
const { main } = require('../dist/bundle/cli.js')

main(process.argv.slice(2))
