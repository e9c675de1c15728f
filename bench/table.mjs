// The results as Markdown tables: a summary, then one for each folder, size and setting.
const peerCell = (row) =>
  `${row.compressGain.toFixed(2)}, ${row.decompressGain.toFixed(2)} (${row.ratio.toFixed(2)})`

function drawTable(head, lines) {
  const rows = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`)
  return `${rows.join('\n')}\n`
}

function drawGroup(title, rows) {
  const ours = rows[0].tool
  const peers = [...new Set(rows.map((row) => row.tool))].filter((tool) => tool !== ours)
  const sets = [...new Set(rows.map((row) => row.set))]
  const at = (set, tool) => rows.find((row) => row.set === set && row.tool === tool)
  const lines = sets.map((set) => {
    const own = at(set, ours)
    const others = peers.map((tool) => at(set, tool)).map((row) => (row === undefined ? '' : peerCell(row)))
    const times = `${own.compress.toFixed(3)}, ${own.decompress.toFixed(3)}`
    const spread = (
      50 * Math.max(...rows.filter((row) => row.set === set).map((row) => row.spread ?? 0))
    ).toFixed(0)
    return [set, own.ratio.toFixed(2), times, own.memory.toFixed(0), `${spread} %`, ...others]
  })
  return `**${title}**\n\n${drawTable(['data', 'ratio', 'pack, unpack in s', 'MB', '±', ...peers], lines)}`
}

/** Least to most, or the one figure that there is. */
function span(figures) {
  const [least, most] = [Math.min(...figures), Math.max(...figures)].map((figure) => figure.toFixed(2))
  return least === most ? least : `${least}–${most}`
}

/** What each peer takes as a multiple of our time, over all kinds of data that were measured. */
function drawSummary(title, rows) {
  const sizes = [...new Set(rows.map((row) => row.megabytes))].sort((a, b) => b - a)
  const pairs = new Set(rows.filter((row) => !row.tool.startsWith('blpk')).map((r) => `${r.group}|${r.tool}`))
  const lines = [...pairs].map((pair) => {
    const [group, tool] = pair.split('|')
    const cells = sizes.flatMap((megabytes) => {
      const own = rows.filter((r) => r.group === group && r.tool === tool && r.megabytes === megabytes)
      if (own.length === 0) return ['', '']
      return [span(own.map((row) => row.compressGain)), span(own.map((row) => row.decompressGain))]
    })
    return [tool, group, ...cells]
  })
  const head = sizes.flatMap((megabytes) => [`${megabytes} MB pack`, 'unpack'])
  return `**${title}**\n\n${drawTable(['peer', 'ours', ...head], lines)}`
}

/** @param rows results of the bench */
export function drawTables(rows) {
  const dirs = [...new Set(rows.map((row) => row.dir))]
  const summaries = dirs.map((dir) => {
    return drawSummary(
      `Summary, ${dir}`,
      rows.filter((row) => row.dir === dir),
    )
  })
  const keys = [...new Set(rows.map((row) => JSON.stringify([row.dir, row.megabytes, row.group])))]
  const groups = keys.map((key) => {
    const [dir, megabytes, group] = JSON.parse(key)
    const own = rows.filter((r) => r.dir === dir && r.megabytes === megabytes && r.group === group)
    return drawGroup(`${group}, ${megabytes} MB in ${dir}`, own)
  })
  return [...summaries, ...groups].join('\n')
}
