/** Progress for people, on stderr: a bar on a terminal, plain lines elsewhere, nothing when quiet. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  /** As `FlowHooks.progress`. */
  readonly report: (stage: string, done: number, total: number) => void;
  /** Removes the bar, if there is one, so that text can follow. */
  readonly stop: () => void;
}

export type ProgressStyle = 'bar' | 'lines' | 'none';

export function createProgress(style: ProgressStyle, stderr: NodeJS.WritableStream): Progress {
  if (style === 'none') return { report: () => undefined, stop: () => undefined };
  return style === 'bar' ? barProgress(stderr) : lineProgress((line) => stderr.write(`${line}\n`));
}

/** One line when a stage starts, one when it ends, and one at every quarter of a long stage. */
export function lineProgress(print: (line: string) => void): Progress {
  let current = '';
  let quarter = 0;
  const report = (stage: string, done: number, total: number): void => {
    if (stage !== current) {
      current = stage;
      quarter = 0;
      print(`${stage} ...`);
    }
    const reached = total <= 0 ? 0 : Math.floor((4 * done) / total);
    if (reached <= quarter) return;
    quarter = reached;
    if (done >= total) print(total === 1 ? `${stage} done` : `${stage} done (${total} of ${total})`);
    else print(`${stage} ${done} of ${total}`);
  };
  return { report, stop: () => undefined };
}

function barProgress(stderr: NodeJS.WritableStream): Progress {
  const bar = new SingleBar({
    format: '{stage} [{bar}] {value}/{total} {duration_formatted}',
    stream: stderr,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    forceRedraw: true,
  });
  let running = false;
  const stop = (): void => {
    if (running) bar.stop();
    running = false;
  };
  const report = (stage: string, done: number, total: number): void => {
    if (running) {
      bar.setTotal(total);
      bar.update(done, { stage });
    } else {
      bar.start(total, done, { stage });
      running = true;
    }
  };
  return { report, stop };
}
