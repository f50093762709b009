import { expect, it } from 'vitest';
import { reportJsonSchema } from '../src/report/index.js';

// After a change: npx vitest run test/report-schema.test.ts -u
it('publishes the schema of report.json', async () => {
  await expect(`${JSON.stringify(reportJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
    '../docs/report.schema.json',
  );
});
