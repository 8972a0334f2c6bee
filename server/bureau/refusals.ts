/**
 * Why this bureau refuses a sheet, for good. Numbers follow the public integrator material where it
 * has one (facts/invoicing.md §8.4, requirements SIM4 and SIM5); E914x are our own.
 */
export const REFUSALS = {
  shape_wrong: { code: 'E4000', message: '必填字段缺失或格式错误' },
  lines_missing: { code: 'E9122', message: '发票明细不能为空' },
  lines_too_many: { code: 'E9140', message: '发票明细超过 2000 行' },
  line_sum_wrong: { code: 'E9130', message: '明细行金额与税额之和不等于价税合计' },
  line_tax_wrong: { code: 'E9131', message: '明细行税额误差超过 0.06 元' },
  totals_wrong: { code: 'E9141', message: '合计与明细行之和不一致' },
  total_not_positive: { code: 'E9142', message: '价税合计必须大于零' },
  rate_unknown: { code: 'E9143', message: '税率不在允许范围内' },
  buyer_name_missing: { code: 'E9144', message: '购买方名称不能为空' },
  buyer_tax_id_missing: { code: 'E9145', message: '专用发票必须填写购买方纳税人识别号' },
  buyer_tax_id_wrong: { code: 'E9146', message: '购买方纳税人识别号格式错误' },
  line_negative: { code: 'E9147', message: '蓝字发票只有折扣行可以为负数' },
  goods_code_wrong: { code: 'E9121', message: '商品和服务税收分类编码必须为 19 位数字' },
  discount_astray: { code: 'E9110', message: '折扣行必须紧跟被折扣行' },
  discount_other_goods: { code: 'E9105', message: '折扣行与被折扣行的项目名称不一致' },
  discount_other_rate: { code: 'E9112', message: '折扣行与被折扣行的税率不一致' },
  discount_too_large: { code: 'E9108', message: '折扣金额大于被折扣行金额' },
  seller_unregistered: { code: 'E9301', message: '销售方未登记或纳税人识别号错误' },
  colour_unsupported: { code: 'E9149', message: '本接口仅开具蓝字发票' },
  data_anomaly: { code: '1108', message: '开票数据异常，税局风险校验未通过，请核对商品、金额与购买方信息' },
  merge_unsupported: { code: 'E9150', message: '本通道不支持多个订单合并开票' },
  red_reason_wrong: { code: 'E9151', message: '红冲原因代码错误' },
  red_line_not_normal: { code: 'E9152', message: '红字发票只能有正常行，折扣须并入被折扣行' },
  red_line_positive: { code: 'E9153', message: '红字明细的金额、税额和数量不能为正数，单价不能为负数' },
  red_blue_unknown: { code: 'E9102', message: '未查询到蓝字发票' },
  red_party_other: { code: 'E9118', message: '购销双方信息与蓝字发票不一致' },
  red_line_unknown: { code: 'E9154', message: '红字明细与蓝字发票明细不对应' },
  red_too_much: { code: 'E9155', message: '红字金额超过蓝字发票可冲红金额' },
  red_mistake_not_full: { code: 'E9156', message: '开票有误须全额冲红' },
  red_part_unsupported: { code: 'E9157', message: '本通道仅支持全额冲红' },
  red_done: { code: 'E9103', message: '该发票已全额冲红' },
  red_running: { code: 'E9158', message: '该发票存在未完成的红字信息确认单' },
  form_ended: { code: 'E9159', message: '红字信息确认单已不能变更' },
  serial_exists: { code: '6783', message: '流水号已存在且内容不同，请查询原发票' },
  serial_repeated: { code: '6655', message: '流水号重复，原申请正在开票中，请稍后查询' },
  serial_stale: { code: '6904', message: '流水号已超过 12 小时，请更换新的流水号' },
} as const satisfies Record<string, { code: string; message: string }>

export type RefusalName = keyof typeof REFUSALS
