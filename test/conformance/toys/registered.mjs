// A module of a program that uses the library: it does nothing but register, so that worker threads can import it.
import { registerCodec, registerFilter } from '../../../dist/index.js'
import { register } from './witness.mjs'

const from = { module: import.meta.url }
register({
  registerCodec: (codec) => registerCodec(codec, from),
  registerFilter: (filter) => registerFilter(filter, from),
})
