import type { ReportRow } from '../contract/reports.ts'
import { yuan } from '../invoicing/money.ts'
import { CSV_BOM, writeCsvRow } from './csv.ts'
import type { MonthSums } from './month.store.ts'
import type { MonthFigures } from './read-month.ts'

export type CsvLocale = 'zh' | 'en'

const WORDS = {
  zh: {
    header: ['月份', '店铺', '发票种类', '红蓝', '税率', '份数', '不含税金额', '税额', '价税合计'],
    kinds: { ordinary: '普通发票', special: '专用发票' },
    colours: { blue: '蓝字', red: '红字' },
    treatments: { exempt: '免税', untaxed: '不征税' },
    total: '合计',
  },
  en: {
    header: ['Month', 'Shop', 'Kind', 'Colour', 'Rate', 'Documents', 'Net', 'Tax', 'Gross'],
    kinds: { ordinary: 'Ordinary', special: 'Special' },
    colours: { blue: 'Blue', red: 'Red' },
    treatments: { exempt: 'Exempt', untaxed: 'Untaxed' },
    total: 'Total',
  },
} as const

/** The month as a table for a spreadsheet, in yuan; the last row is Σ documents. No cell can start a formula. */
export function writeMonthCsv(month: string, { rows, total }: MonthFigures, locale: CsvLocale): string {
  const words = WORDS[locale]
  const rateOf = ({ treatment, rateBp }: Pick<ReportRow, 'treatment' | 'rateBp'>) =>
    treatment === 'taxed' ? `${rateBp / 100}%` : words.treatments[treatment]
  return [
    CSV_BOM + writeCsvRow(words.header),
    ...rows.map((row) => {
      const names = [month, row.shopName, words.kinds[row.kind], words.colours[row.colour], rateOf(row)]
      return writeCsvRow([...names, ...cellsOf(row)])
    }),
    writeCsvRow([month, words.total, '', '', '', ...cellsOf(total)]),
  ].join('')
}

function cellsOf({ count, netFen, taxFen, grossFen }: MonthSums): string[] {
  return [String(count), yuan(netFen), yuan(taxFen), yuan(grossFen)]
}
