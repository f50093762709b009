/** From commander's options to checked ones. */
import type { z } from 'zod';
import { UsageError } from './exit-codes.js';
import type { Printing } from './request.js';

/** As commander gives them. */
export type RawOptions = Readonly<Record<string, unknown>>;

export function printingOf({ json, quiet }: RawOptions): Printing {
  return { json: json === true, quiet: quiet === true };
}

/** Options in their final form; every complaint names the option as the user typed it. Throws UsageError. */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  model: string | undefined,
  raw: RawOptions,
): z.output<Schema> {
  const options = Object.fromEntries(
    Object.entries(raw).filter(([name]) => name !== 'json' && name !== 'quiet'),
  );
  const result = schema.safeParse(model === undefined ? options : { ...options, model });
  if (result.success) return result.data;
  const complaints = result.error.issues.map(({ path, message }) => {
    const [option] = path;
    return option === undefined
      ? message
      : `--${String(option).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${message}`;
  });
  throw new UsageError(complaints.join('; '));
}
