/** What a sweep left in its folder, beside what the serial run left in its own. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { sweepReportSchema } from '../../src/report/index.js';

/** Result files and blobs, by path, with the hash of their bytes. */
const contentsOf = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    ['results', 'blobs'].flatMap((part) =>
      filesBelow(join(folder, part)).map((path): [string, string] => [
        path.slice(folder.length + 1),
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      ]),
    ),
  );

const filesBelow = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.tmp-'))
        .map((entry) => join(entry.parentPath, entry.name))
    : [];

export const comparisonSchema = z.object({
  points: z.number(),
  /** Of stages: result files. */
  results: z.number(),
  blobs: z.number(),
  /** Files of the serial run that are not there, and points that are not done or infeasible. */
  lost: z.number(),
  /** Points that stand twice in sweep.json, and files that the serial run does not have. */
  doubled: z.number(),
  /** Files with other bytes than the serial run's, and conflicts that the sweep itself found. */
  different: z.number(),
  /** sweep.json has the same bytes. */
  sameReport: z.boolean(),
  /** Stages begun and stages finished by workers, by their logs: more than results are those begun again. */
  begun: z.number(),
  finished: z.number(),
});
export type Comparison = z.output<typeof comparisonSchema>;

/** Points of the sweep.json in a folder. @throws when it is none */
export const pointsIn = (folder: string) =>
  sweepReportSchema.parse(JSON.parse(readFileSync(join(folder, 'sweep.json'), 'utf8'))).points;

export const compare = (folder: string, reference: string): Comparison => {
  const [ours, theirs] = [contentsOf(folder), contentsOf(reference)];
  const points = pointsIn(folder);
  const expected = pointsIn(reference);
  const identities = new Set(points.map(({ id }) => id));
  const unanswered = expected.filter(
    ({ id, status }) => !points.some((point) => point.id === id && point.status === status),
  ).length;
  const events = eventsIn(folder);
  const report = (where: string): Buffer => readFileSync(join(where, 'sweep.json'));
  const paths = [...ours.keys()];
  return {
    points: points.length,
    results: paths.filter((path) => path.startsWith('results')).length,
    blobs: paths.filter((path) => path.startsWith('blobs')).length,
    lost: [...theirs.keys()].filter((path) => !ours.has(path)).length + unanswered,
    doubled: points.length - identities.size + paths.filter((path) => !theirs.has(path)).length,
    different:
      [...theirs].filter(([path, hash]) => ours.has(path) && ours.get(path) !== hash).length +
      filesBelow(join(folder, 'conflicts')).length,
    sameReport: report(folder).equals(report(reference)),
    begun: events.filter((event) => event === 'begin').length,
    finished: events.filter((event) => event === 'done').length,
  };
};

export const isSound = ({ lost, doubled, different, sameReport }: Comparison): boolean =>
  lost + doubled + different === 0 && sameReport;

const eventShape = z.object({ event: z.string(), stage: z.string().optional() });

/** Events of stages in the workers' logs. A line that a killed process left half written is passed over. */
const eventsIn = (folder: string): readonly string[] =>
  filesBelow(join(folder, 'log'))
    .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
    .flatMap((line) => {
      try {
        const { event, stage } = eventShape.parse(JSON.parse(line));
        return stage === undefined ? [] : [event];
      } catch {
        return [];
      }
    });
