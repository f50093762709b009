/** Reports: the schema of `report.json` and the HTML page made from it. */
export {
  parseReport,
  ReportError,
  reportJsonSchema,
  reportSchema,
  reportSchemaVersion,
  type Basis,
  type Report,
  type ReportDevice,
  type ReportEquality,
  type ReportLayer,
} from './schema.js';
export { renderReport } from './render.js';
export { integer, number, percent, plural } from './html.js';
export { quantizeReportSchema, type QuantizeReport, type QuantizeReportLayer } from './quantize/schema.js';
export { renderQuantizeReport } from './quantize/render.js';
export {
  floorplanSchema,
  sweepPointSchema,
  sweepReportSchema,
  type Floorplan,
  type SweepLayer,
  type SweepPoint,
  type SweepReport,
} from './sweep/schema.js';
