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
export { renderSweepReport } from './sweep/render.js';
export { parseSweepReport, sweepSchemaVersion } from './sweep/parse.js';
export { paretoFront } from './sweep/pareto.js';
export { designsOf, spreadOf, type Design, type Spread } from './sweep/designs.js';
export {
  forEachMeasure,
  measuredOf,
  measureNames,
  measures,
  type Measured,
  type MeasureName,
} from './sweep/measures.js';
export { exportColumns, sweepCsv, sweepJsonLines } from './sweep/export/rows.js';
export { sweepParquet } from './sweep/export/parquet.js';
export {
  floorplanSchema,
  sweepPointSchema,
  sweepReportSchema,
  type Floorplan,
  type SweepLayer,
  type SweepPoint,
  type SweepReport,
} from './sweep/schema.js';
export { parseAnyReport, type AnyReport } from './ci/read.js';
export { subjectsOf, type Case, type Finding, type Identity, type Subject } from './ci/subjects.js';
export {
  budgetJsonSchema,
  budgetSchema,
  earlierBudget,
  parseBudget,
  updateBudget,
  type Budget,
  type BudgetEntry,
} from './ci/budget.js';
export { checkSubjects, findingsOf, type Suite } from './ci/check.js';
export { lintSuites } from './ci/lint.js';
export { annotations, junitXml, sarif } from './ci/formats.js';
