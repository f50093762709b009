/**
 * The syntax of Liberty: `name (arguments) { ... }`, `name : value ;`, `name (values) ;`, with comments and quoted strings.
 * What the groups mean is in library.ts.
 */

import { BadLiberty } from '../errors.js';

/** `name : value;` (one value) or `name (value, value);`. */
export interface Attribute {
  readonly name: string;
  readonly values: readonly string[];
  readonly line: number;
}

export interface Group {
  readonly kind: string;
  /** What stands in the parentheses, without quotes. */
  readonly args: readonly string[];
  readonly line: number;
  readonly attributes: readonly Attribute[];
  readonly groups: readonly Group[];
}

/** Reads the text of a Liberty file. @throws BadLiberty with line and what was expected there */
export function parseLiberty(text: string, file: string): Group {
  const tokens = new Tokens(text, file);
  const kind = tokens.take();
  if (kind?.text !== 'library') tokens.fail('library (NAME) {', kind);
  const line = tokens.line;
  tokens.expect('(');
  const args = parseArguments(tokens);
  tokens.expect('{');
  const group = parseBody(tokens, 'library', args, line);
  const rest = tokens.take();
  if (rest !== undefined) tokens.fail('the end of the file', rest);
  return group;
}

function parseBody(tokens: Tokens, kind: string, args: readonly string[], line: number): Group {
  const attributes: Attribute[] = [];
  const groups: Group[] = [];
  for (let token = tokens.take(); token?.text !== '}' || token.kind === 'string'; token = tokens.take()) {
    if (token?.kind === 'mark' && token.text === ';') continue;
    if (token?.kind !== 'word')
      tokens.fail(`an attribute, a group or the } of ${kind} (line ${line})`, token);
    const name = token.text;
    const at = tokens.line;
    const next = tokens.take();
    if (next?.text === ':') attributes.push({ name, values: [parseValue(tokens, name)], line: at });
    else if (next?.text === '(') {
      const values = parseArguments(tokens);
      if (tokens.skip('{')) groups.push(parseBody(tokens, name, values, at));
      else attributes.push({ name, values, line: at });
    } else tokens.fail(`: or ( after ${name}`, next);
  }
  return { kind, args, line, attributes, groups };
}

/** Words up to the closing parenthesis. */
function parseArguments(tokens: Tokens): readonly string[] {
  const values: string[] = [];
  for (let token = tokens.take(); token?.text !== ')' || token.kind === 'string'; token = tokens.take()) {
    if (token === undefined || (token.kind === 'mark' && token.text !== ','))
      tokens.fail(') or a value', token);
    if (token.kind !== 'mark') values.push(token.text);
  }
  return values;
}

/** One value; the semicolon may be missing at the end of a line, and `VDD * 0.5` may be several words. */
function parseValue(tokens: Tokens, name: string): string {
  const first = tokens.take();
  if (first === undefined || first.kind === 'mark') tokens.fail(`a value for ${name}`, first);
  const line = tokens.line;
  const words = [first.text];
  while (tokens.peekLine() === line) {
    if (tokens.skip(';')) break;
    const next = tokens.peek();
    if (next === undefined || next.kind === 'mark') break;
    words.push(next.text);
    tokens.take();
  }
  return words.join(' ');
}

interface Token {
  readonly kind: 'word' | 'string' | 'mark';
  readonly text: string;
}

/** White space and comments, then a string, a mark or a word. Backslash and end of line continue a line. */
const TOKEN =
  /(?:[\s\\]|\/\*[^]*?\*\/|\/\/[^\n]*)*(?:"((?:[^"\\]|\\[^])*)"|([(){},;:])|((?!\/\*)[^\s"(){},;:\\]+))?/y;

class Tokens {
  private next: Token | undefined;
  private nextLine = 1;
  private position = 0;
  private scannedLine = 1;
  /** Line of the token taken last. */
  line = 1;

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {
    this.scan();
  }

  peek(): Token | undefined {
    return this.next;
  }

  peekLine(): number {
    return this.nextLine;
  }

  take(): Token | undefined {
    const token = this.next;
    this.line = this.nextLine;
    if (token !== undefined) this.scan();
    return token;
  }

  skip(mark: string): boolean {
    const found = this.next?.kind === 'mark' && this.next.text === mark;
    if (found) this.take();
    return found;
  }

  expect(mark: string): void {
    const token = this.take();
    if (token?.kind !== 'mark' || token.text !== mark) this.fail(mark, token);
  }

  fail(expected: string, found: Token | undefined): never {
    const what = found === undefined ? 'the file ends' : `"${found.text.slice(0, 40)}" stands there`;
    throw new BadLiberty(this.file, this.line, `expected ${expected}, but ${what}`);
  }

  private scan(): void {
    TOKEN.lastIndex = this.position;
    const match = TOKEN.exec(this.text);
    const [whole = '', quoted, mark, word] = match ?? [];
    const token = quoted ?? mark ?? word;
    const end = this.position + whole.length;
    this.countLines(this.position, end - (token?.length ?? 0));
    this.nextLine = this.scannedLine;
    if (token === undefined && end < this.text.length)
      throw new BadLiberty(this.file, this.nextLine, 'a comment or string that starts here does not end');
    this.countLines(end - (token?.length ?? 0), end);
    this.position = end;
    if (token === undefined) this.next = undefined;
    else if (quoted !== undefined) this.next = { kind: 'string', text: quoted.replace(/\\\r?\n/g, '') };
    else this.next = { kind: mark === undefined ? 'word' : 'mark', text: token };
  }

  private countLines(from: number, to: number): void {
    for (let at = this.text.indexOf('\n', from); at >= 0 && at < to; at = this.text.indexOf('\n', at + 1))
      this.scannedLine++;
  }
}
