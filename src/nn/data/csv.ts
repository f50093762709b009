import { NnError } from '../errors.js';

const PIXELS = 64;
const GREATEST_PIXEL = 16;

/** Pictures of 8 x 8 and their labels. */
export interface Digits {
  readonly pictures: Uint8Array;
  readonly labels: Uint8Array;
}

/**
 * CSV as UCI's optdigits has it: a header line (or none), then 64 integers 0 .. 16 and the class 0 .. 9 per line.
 * @throws NnError NN021 a line of another length, NN023 no or a wrong class, NN024 no number or out of range; each names the line
 */
export function parseDigits(text: string, where: string): Digits {
  const lines = text.split(/\r?\n/).map((line, i) => ({ line, number: i + 1 }));
  const rows = lines
    .filter(({ line }, i) => line.trim() !== '' && !(i === 0 && /[a-z]/i.test(line)))
    .map(({ line, number }) => parseLine(line, `line ${number} of "${where}"`));
  if (rows.length === 0) throw new NnError('NN021', `"${where}" holds no pictures.`);
  return {
    pictures: Uint8Array.from(rows.flatMap((row) => row.slice(0, PIXELS))),
    labels: Uint8Array.from(rows, (row) => row[PIXELS] ?? 0),
  };
}

function parseLine(line: string, where: string): readonly number[] {
  const cells = line.split(',').map((cell) => cell.trim());
  if (cells.length === PIXELS || cells[PIXELS] === '')
    throw new NnError('NN023', `${where} has no class behind its ${PIXELS} numbers.`);
  if (cells.length !== PIXELS + 1)
    throw new NnError(
      'NN021',
      `${where} has ${cells.length} values; ${PIXELS} numbers and the class are needed.`,
    );
  const values = cells.map((cell) => (cell === '' ? NaN : Number(cell)));
  values.forEach((value, i) => {
    const most = i === PIXELS ? 9 : GREATEST_PIXEL;
    if (Number.isInteger(value) && value >= 0 && value <= most) return;
    const what = i === PIXELS ? 'class' : `value ${i + 1}`;
    throw new NnError(
      i === PIXELS ? 'NN023' : 'NN024',
      `${where} has "${cells[i] ?? ''}" as ${what}; integers 0 to ${most} are possible.`,
    );
  });
  return values;
}
