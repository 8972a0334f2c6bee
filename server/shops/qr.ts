import QRCode from 'qrcode'

/**
 * A link is about 600 characters: with the lowest correction level (7 %) 85 modules a side, with the
 * usual one 97. On a receipt, larger modules help more than correction. The quiet zone is the
 * standard's four modules (ISO/IEC 18004).
 */
const QR = { errorCorrectionLevel: 'L', margin: 4 } as const

/** SVG markup, to be shown at any size. */
export function drawQrSvg(text: string): Promise<string> {
  return QRCode.toString(text, { ...QR, type: 'svg' })
}

/** 8 pixels a module, sharp on a 300 dpi till. */
export function drawQrPng(text: string): Promise<Buffer> {
  return QRCode.toBuffer(text, { ...QR, type: 'png', scale: 8 })
}
