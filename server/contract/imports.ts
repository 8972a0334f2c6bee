import { type Static, Type } from 'typebox'
import { Id, Instant, nullable, oneOf } from './shape.ts'

export const ImportRow = Type.Object({
  /** Data record, header not counted. */
  rowNumber: Type.Integer(),
  column: nullable(Type.String()),
  value: Type.String(),
  code: Type.String(),
  detail: Type.String(),
})

/** One run over a file; read again until `state` is not `running`. */
export const ImportView = Type.Object({
  id: Id,
  state: oneOf(['running', 'done', 'failed']),
  isDryRun: Type.Boolean(),
  fileName: Type.String(),
  layout: nullable(Type.String()),
  rowsRead: Type.Integer(),
  bytesRead: Type.Integer(),
  bytesTotal: Type.Integer(),
  /** Orders; in a dry run what would have happened. */
  created: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer(),
  /** Rows. */
  rejected: Type.Integer(),
  /** The first 100; all of them are in the download. */
  rejections: Type.Array(ImportRow),
  problemCode: nullable(Type.String()),
  detail: nullable(Type.String()),
  startedAt: Instant,
  finishedAt: nullable(Instant),
})
export type ImportView = Static<typeof ImportView>
