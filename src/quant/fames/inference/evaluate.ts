/** Loss and accuracy of an integer network on labelled pictures. */
import { tensorOf } from '../../../nn/index.js';
import type { Evaluation } from '../../train/index.js';
import type { TableNetwork } from './table-network.js';

/** Mean cross entropy and accuracy (the first of equal logits counts). `inputs`: the network's integers. */
export const evaluateTables = (
  running: TableNetwork,
  inputs: Int32Array,
  labels: ArrayLike<number>,
): Evaluation => evaluateOutputs(running, running.run(inputs, labels.length), labels);

/** The same of outputs that the network has computed. */
export function evaluateOutputs(
  { network }: TableNetwork,
  outputs: Int32Array,
  labels: ArrayLike<number>,
): Evaluation {
  const { scale, zeroPoint } = tensorOf(network, network.output, network.name);
  const classes = outputs.length / labels.length;
  let [loss, correct] = [0, 0];
  for (let picture = 0; picture < labels.length; picture++) {
    const own = Array.from(
      outputs.subarray(picture * classes, (picture + 1) * classes),
      (code) => scale * (code - zeroPoint),
    );
    const greatest = Math.max(...own);
    const label = labels[picture] ?? 0;
    const total = own.reduce((sum, logit) => sum + Math.exp(logit - greatest), 0);
    loss += Math.log(total) + greatest - (own[label] ?? 0);
    if (own.indexOf(greatest) === label) correct++;
  }
  return { loss: loss / labels.length, accuracy: correct / labels.length };
}
