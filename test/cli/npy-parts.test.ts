import { join } from 'node:path'
import { expect, test } from 'vitest'
import { draft, send, webServer } from '../support/web-server.js'
import { blpk, npy, put, ramp, tempDir } from './run.js'

test('a part of a .npy file is taken, also of one on a web server, of which little is fetched', async () => {
  const dir = tempDir()
  const bytes = npy('<f4', [1000, 1000], ramp(4_000_000))
  put(dir, 'a.npy', bytes)
  let sent = 0
  const address = await webServer((req, res) => {
    const answer = draft(req, bytes)
    sent += answer.body.length
    send(res, answer)
  })
  const args = ['--raw', '--slice', '900:902,::-1']
  const local = await blpk(['d', ...args, 'a.npy', '-'], { cwd: dir })
  expect([local.code, local.err, local.out.length]).toEqual([0, '', 8000])
  const remote = await blpk(['d', ...args, `${address}/a.npy`, '-'], { cwd: dir })
  expect([remote.code, remote.err]).toEqual([0, ''])
  expect(remote.out.equals(local.out)).toBe(true)
  expect(sent).toBeLessThan(150_000)
  const whole = await blpk(['d', '-e', 'a.npy', join(dir, 'x')], { cwd: dir })
  expect([whole.code, whole.err]).toEqual([
    3,
    "blpk: error: 'a.npy': this is a .npy file, not an archive (blpk compress turns it into one)\n",
  ])
})
