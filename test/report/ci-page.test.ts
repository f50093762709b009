/** The pages about reports and CI say what the program takes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/cli/program.js';
import { parseBudget } from '../../src/report/index.js';

const read = (name: string): string => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');

/** Every `npx nomul ...`, folded lines joined, what the shell and Actions would fill in filled in. */
const commandsIn = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(/npx nomul ((?:[^\n`]|\n +--)+)/g)].map(([, words = '']) =>
    words
      .replaceAll(/\$\{\{[^}]*\}\}/g, '1/4')
      .replace(/ > \S+/, '')
      .replaceAll('REPORT...', 'report.json')
      .trim()
      .split(/\s+/),
  );

describe.each(['report.md', 'ci.md', 'ci/nomul.yml'])('docs/%s', (name) => {
  const commands = commandsIn(read(name));

  it('shows command lines that nomul takes', () => {
    expect(commands.length).toBeGreaterThan(1);
    for (const words of commands) {
      const { verb } = parseCommandLine(words, '');
      expect(verb).toBe(words[0]);
    }
  });
});

it('the budget of docs/ci.md is one', () => {
  const [, json = ''] = /```json\n(.*?)```/s.exec(read('ci.md')) ?? [];
  expect(parseBudget(JSON.parse(json)).budgets).toHaveLength(1);
});
