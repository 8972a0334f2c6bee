/** Excel only shows Chinese from a UTF-8 file that starts with this mark. */
export const CSV_BOM = '\uFEFF'

// What a spreadsheet runs as a formula, after the blanks that it skips (OWASP, CSV injection). The full-width forms
// are folded to the plain ones by Chinese Excel.
const FORMULA_START = /^[ \u00A0\u3000]*[=+\-@\t\r\n\0＝＋－＠]/
// `-5.00` stays a number that can be summed.
const PLAIN_NUMBER = /^[+-]?\d{1,15}(\.\d{1,15})?$/

/** A cell text that no spreadsheet runs: a leading `'` where it would start a formula. */
export function neutraliseCell(text: string): string {
  return FORMULA_START.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text
}

/** One RFC 4180 record with every cell quoted and formulas neutralised, CRLF included. */
export function writeCsvRow(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${neutraliseCell(cell).replaceAll('"', '""')}"`).join(',')}\r\n`
}
