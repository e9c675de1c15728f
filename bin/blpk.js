#!/usr/bin/env node
'use strict'
// Compiled code is kept for the next start, from Node 22.8 on.
require('node:module').enableCompileCache?.()
const { main } = require('../dist/bundle/cli.js')

main(process.argv.slice(2))
