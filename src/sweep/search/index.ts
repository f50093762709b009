export { formatChoicesSchema, searchOptionsSchema, type Objective, type SearchOptions } from './options.js';
export { searchReportSchema, type SearchReport } from './report.js';
export { search, type SearchResult } from './run.js';
