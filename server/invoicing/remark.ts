import type { Order } from '../orders/order.ts'
import type { IssuingTerms } from './rules/settings.ts'
import { remarkFits } from './rules/text-rules.ts'

type Remark = {
  /** The shop's; `{orderNumbers}` stands for the numbers. */
  pattern: string
  orders: readonly Pick<Order, 'number'>[]
  /** What the request adds on a line of its own. */
  own: string | null
  terms: IssuingTerms
}

/**
 * 备注 of a blue. Of many merged orders as many numbers are named as the face has room for, and the rest
 * are counted: nobody could shorten a remark that the server writes. Too long is then what a person typed.
 */
export function writeRemark({ pattern, orders, own, terms }: Remark): string {
  const numbers = orders.map(({ number }) => number)
  const second = own?.trim() ?? ''
  const write = (named: number) => {
    const rest = named === numbers.length ? '' : `等${numbers.length}单`
    const first = pattern.replaceAll('{orderNumbers}', () => `${numbers.slice(0, named).join('、')}${rest}`)
    return second === '' ? first : `${first}\n${second}`
  }
  for (let named = numbers.length; named > 0; named--) {
    const remark = write(named)
    if (remarkFits(remark, terms)) return remark
  }
  return write(numbers.length)
}
