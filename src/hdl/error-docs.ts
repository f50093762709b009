/** `docs/errors.md`, from the catalogue. */
import { errorCatalogue } from './error-catalogue.js';

/** The page that explains every code. A test keeps the file current; `vitest -u` rewrites it. */
export function errorDocs(): string {
  const sections = Object.entries(errorCatalogue).map(([code, { title, explanation, example, fix }]) =>
    [
      `## ${code}: ${title}`,
      explanation,
      `Wrong:\n\n\`\`\`ts\n${example}\n\`\`\``,
      `Right:\n\n\`\`\`ts\n${fix}\n\`\`\``,
    ].join('\n\n'),
  );
  const head = [
    '# Errors of the hardware language',
    'Generated from `src/hdl/error-catalogue.ts`; do not edit. Every message names the code, both sides of the conflict,' +
      ' the line of your program and one way out. `test/errors` holds one program and its message per code.',
  ];
  return `${[...head, ...sections].join('\n\n')}\n`;
}
