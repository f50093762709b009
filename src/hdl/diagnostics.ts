/**
 * How the language reports a mistake: one error class, one sentence that names both sides, the author's file and line
 * (both places of a conflict) and one fix. The registry of codes is `error-catalogue.ts`.
 */
import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCatalogue, type ErrorCode } from './error-catalogue.js';
import type { Node, ScalarType, SourceLocation } from './ir.js';

export { errorCatalogue, type CatalogueEntry, type ErrorCode } from './error-catalogue.js';

/** A mistake in a hardware description. `message` is complete: code, sentence, fix, places. */
export class HdlError extends Error {
  override readonly name = 'HdlError';
  readonly code: ErrorCode;
  /** What is wrong, naming both sides. */
  readonly sentence: string;
  /** What to write instead. */
  readonly fix: string;
  /** The author's places; empty when elaboration ran without locations. */
  readonly locations: readonly SourceLocation[];

  constructor(code: ErrorCode, sentence: string, fix: string, locations: readonly SourceLocation[]) {
    const places = locations.map(({ file, line }) => `\n  at ${file}:${line}`).join('');
    super(`${code}: ${sentence}; ${fix}${places}`);
    this.code = code;
    this.sentence = sentence;
    this.fix = fix;
    this.locations = locations;
  }

  /** One line about the kind of mistake, from the catalogue. */
  get title(): string {
    return errorCatalogue[this.code].title;
  }
}

/**
 * Throws an `HdlError`. Without `locations` the place is the author's statement that is running now; a check over a
 * finished graph passes the locations of the nodes at fault instead (unrecorded ones are left out).
 */
export function fail(
  code: ErrorCode,
  sentence: string,
  fix: string,
  locations: readonly (SourceLocation | undefined)[] = [authorLocation()],
): never {
  const known = locations.filter((location) => location !== undefined);
  const distinct = known.filter(
    (a, index) => known.findIndex((b) => b.file === a.file && b.line === a.line) === index,
  );
  throw new HdlError(code, sentence, fix, distinct);
}

/**
 * What to throw instead of an error that arose inside the language, because a call got something of another type than
 * TypeScript asks for. Undefined for the author's own errors.
 */
export function misuse(error: unknown): HdlError | undefined {
  if (!(error instanceof TypeError || error instanceof RangeError)) return undefined;
  const frames = (error.stack ?? '').split('\n').flatMap((text) => parseFrame(text) ?? []);
  const [innermost] = frames;
  const author = frames.find(({ file }) => isAuthors(file));
  if (innermost === undefined || author === undefined || isAuthors(innermost.file)) return undefined;
  return new HdlError(
    'HDL031',
    `a call of the language got something that it cannot use (${error.message})`,
    'give it what its type asks for',
    [located(author)],
  );
}

const hdlFolder = dirname(fileURLToPath(import.meta.url)) + sep;
/** Frames above the author's statement: the language's own calls never nest deeper than this. */
const stackDepth = 40;

/**
 * The innermost stack frame outside the language itself, path relative to the working directory. Reads the stack as
 * text, because only the text is source-mapped by every runner (node, tsx, vitest).
 */
export function authorLocation(): SourceLocation | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = stackDepth;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  for (const text of stack.split('\n').slice(2)) {
    const frame = parseFrame(text);
    if (frame !== undefined && isAuthors(frame.file)) {
      return located(frame);
    }
  }
  return undefined;
}

/** With the path relative to the working directory. */
const located = ({ file, line }: SourceLocation): SourceLocation => ({
  file: relative(process.cwd(), file).split(sep).join('/'),
  line,
});

function parseFrame(text: string): SourceLocation | undefined {
  const match = /(?:\(|at (?:async )?)([^()]+):(\d+):\d+\)?$/.exec(text.trimEnd());
  const path = match?.[1];
  if (path === undefined) return undefined;
  return { file: path.startsWith('file:') ? fileURLToPath(path) : path, line: Number(match?.[2]) };
}

function isAuthors(file: string): boolean {
  if (file.startsWith('node:') || file.includes(`${sep}node_modules${sep}`)) return false;
  return !file.startsWith(hdlFolder) || file.includes('.test.');
}

/** `sint(16)`, `uint(4)`, `bit`. */
export function describeType({ signed, width }: ScalarType): string {
  if (signed) return `sint(${width})`;
  return width === 1 ? 'bit' : `uint(${width})`;
}

/** `product : sint(16)`; a node without a name is shown as the expression that made it: `act.mul(weight) : sint(12)`. */
export function describe(node: Node): string {
  return `${describeExpression(node)} : ${describeType(node.type)}`;
}

/** The name of a node, or the expression that made it, cut off at a readable depth. */
export function describeExpression(node: Node, depth = 2): string {
  if (node.name !== undefined) return node.name;
  switch (node.kind) {
    case 'const':
      return node.value.toString();
    case 'instanceOutput':
      return `${node.instance}.${node.port}`;
    case 'memoryRead':
      return `${node.memory}.read`;
    case 'op': {
      if (depth === 0) return '…';
      const [first, ...others] = node.args.map((arg) => describeExpression(arg, depth - 1));
      if (node.op === 'mux' || node.op === 'cat') return `${node.op}(${[first, ...others].join(', ')})`;
      if (node.op === 'slice') return `${first ?? ''}.bits(${node.high ?? 0}, ${node.low ?? 0})`;
      if (node.op === 'cast') return `${first ?? ''}.${describeCast(node.args[0], node.type)}`;
      const operands = node.amount === undefined ? others : [node.amount];
      return `${first ?? ''}.${node.op}(${operands.join(', ')})`;
    }
    default:
      return node.name;
  }
}

function describeCast(from: Node | undefined, to: ScalarType): string {
  if (from !== undefined && to.width < from.type.width) return `wrap(${to.width})`;
  return `as(${describeType(to)})`;
}
