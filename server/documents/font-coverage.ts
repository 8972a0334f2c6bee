/** TrueType table tags and cmap formats, by their names in the OpenType specification. */
const CMAP_TAG = 'cmap'
const SEGMENTED_COVERAGE = 12

/**
 * Which code points a TrueType font has a glyph for, from the full-Unicode subtable (format 12) of its
 * character map. Throws for a font without one: the fonts are ours, so that is a bug.
 */
export function readCoverage(font: Buffer): (codePoint: number) => boolean {
  const groups = coverageGroups(font, fullUnicodeTable(font))
  return (codePoint) => {
    let low = 0
    let high = groups.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const group = groups[middle]
      if (group === undefined) return false
      if (codePoint < group.first) high = middle
      else if (codePoint > group.last) low = middle + 1
      else return true
    }
    return false
  }
}

function fullUnicodeTable(font: Buffer): number {
  const cmap = tableOffset(font)
  const records = font.readUInt16BE(cmap + 2)
  for (let record = 0; record < records; record += 1) {
    const table = cmap + font.readUInt32BE(cmap + 4 + record * 8 + 4)
    if (font.readUInt16BE(table) === SEGMENTED_COVERAGE) return table
  }
  throw new Error('the font has no full-Unicode character map')
}

function tableOffset(font: Buffer): number {
  const tables = font.readUInt16BE(4)
  for (let index = 0; index < tables; index += 1) {
    const record = 12 + index * 16
    if (font.toString('latin1', record, record + 4) === CMAP_TAG) return font.readUInt32BE(record + 8)
  }
  throw new Error('the font has no character map')
}

function coverageGroups(font: Buffer, table: number): { first: number; last: number }[] {
  return Array.from({ length: font.readUInt32BE(table + 12) }, (_, index) => {
    const group = table + 16 + index * 12
    return { first: font.readUInt32BE(group), last: font.readUInt32BE(group + 4) }
  })
}
