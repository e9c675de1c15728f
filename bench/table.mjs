// The results as Markdown tables: one for each folder, size and setting.
const peerCell = (row) =>
  `${row.compressGain.toFixed(2)}, ${row.decompressGain.toFixed(2)} (${row.ratio.toFixed(2)})`

function table(title, rows) {
  const ours = rows[0].tool
  const peers = [...new Set(rows.map((row) => row.tool))].filter((tool) => tool !== ours)
  const sets = [...new Set(rows.map((row) => row.set))]
  const at = (set, tool) => rows.find((row) => row.set === set && row.tool === tool)
  const lines = sets.map((set) => {
    const own = at(set, ours)
    const others = peers.map((tool) => at(set, tool)).map((row) => (row === undefined ? '' : peerCell(row)))
    const times = `${own.compress.toFixed(3)}, ${own.decompress.toFixed(3)}`
    return `| ${[set, own.ratio.toFixed(2), times, own.memory.toFixed(0), ...others].join(' | ')} |`
  })
  const head = ['data', 'ratio', 'pack, unpack in s', 'MB', ...peers]
  return [`**${title}**`, '', `| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...lines, ''].join(
    '\n',
  )
}

/** @param rows results of the bench */
export function drawTables(rows) {
  const keys = [...new Set(rows.map((row) => JSON.stringify([row.dir, row.megabytes, row.group])))]
  return keys
    .map((key) => {
      const [dir, megabytes, group] = JSON.parse(key)
      const own = rows.filter((r) => r.dir === dir && r.megabytes === megabytes && r.group === group)
      return table(`${group}, ${megabytes} MB in ${dir}`, own)
    })
    .join('\n')
}
