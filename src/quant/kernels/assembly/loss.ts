/** Softmax cross entropy in double precision with our own exponential and logarithm; see ../twin/loss.ts. */

export function crossEntropy(
  logits: usize,
  labels: usize,
  dLogits: usize,
  rows: i32,
  classes: i32,
  gradientScale: f32,
): f64 {
  let loss: f64 = 0;
  for (let row = 0; row < rows; row++) {
    const from = logits + ((row * classes) << 2);
    const to = dLogits + ((row * classes) << 2);
    const label = load<i32>(labels + (row << 2));
    const max = element(from, firstGreatest(from, classes));
    let sum: f64 = 0;
    for (let c = 0; c < classes; c++) sum += expOfNegative(element(from, c) - max);
    loss += logOf(sum) - (element(from, label) - max);
    for (let c = 0; c < classes; c++) {
      const share = expOfNegative(element(from, c) - max) / sum;
      store<f32>(to + (c << 2), <f32>(<f64>gradientScale * (share - (c == label ? 1.0 : 0.0))));
    }
  }
  return loss;
}

export function countCorrect(logits: usize, labels: usize, rows: i32, classes: i32): i32 {
  let correct = 0;
  for (let row = 0; row < rows; row++) {
    const greatest = firstGreatest(logits + ((row * classes) << 2), classes);
    if (greatest == load<i32>(labels + (row << 2))) correct++;
  }
  return correct;
}

@inline
function element(from: usize, index: i32): f64 {
  return <f64>load<f32>(from + (index << 2));
}

function firstGreatest(from: usize, count: i32): i32 {
  let best = 0;
  for (let i = 1; i < count; i++) if (element(from, i) > element(from, best)) best = i;
  return best;
}

const log2e: f64 = 1.4426950408889634;
const ln2High: f64 = 0.6931471803691238;
const ln2Low: f64 = 1.9082149292705877e-10;

function expOfNegative(x: f64): f64 {
  if (!(x > -700)) return isNaN(x) ? x : 0;
  const k = Math.floor(x * log2e + 0.5);
  const r = x - k * ln2High - k * ln2Low;
  let sum: f64 = 1;
  for (let i = 13; i > 0; i--) sum = 1 + (sum * r) / <f64>i;
  return sum * reinterpret<f64>((<i64>k + 1023) << 52);
}

function logOf(x: f64): f64 {
  let mantissa = x;
  let exponent: f64 = 0;
  while (mantissa > Math.SQRT2) {
    mantissa *= 0.5;
    exponent += 1;
  }
  const t = (mantissa - 1) / (mantissa + 1);
  let sum: f64 = 0;
  for (let i = 21; i > 0; i -= 2) sum = sum * t * t + 1 / <f64>i;
  return exponent * ln2High + (exponent * ln2Low + 2 * t * sum);
}
