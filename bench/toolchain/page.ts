/** docs/results/toolchain.md */

export interface Measurement {
  readonly subject: string;
  readonly step: 'synthesis' | 'place and route';
  /** CPU seconds of Yosys' own `synth_ice40` or of the package as it is. */
  readonly plainSeconds: number;
  readonly seconds: number;
}

const row = ({ subject, step, plainSeconds, seconds }: Measurement): string =>
  `| ${subject} | ${step} | ${plainSeconds.toFixed(1)} | ${seconds.toFixed(1)} | ${(seconds / plainSeconds).toFixed(2)} |`;

export const page = (
  tools: readonly string[],
  measurements: readonly Measurement[],
): string => `# The npm tools as nomul runs them

\`make bench BENCH=toolchain\`, ${tools.join(', ')}. CPU seconds, without compiling the WebAssembly. Same netlists (names included) and
same configurations, checked in the run. Synthesis: contents of block RAMs are mapped by \`src/synth/ice40-ram.ts\`, where \`synth_ice40\`
asks a Verilog function for each bit; both steps: in-memory files grow (\`src/tools/wasm-files.mjs\`), where the packages' copy themselves at every write.

| network | step | as it is | nomul | ratio |
|---|---|---:|---:|---:|
${measurements.map(row).join('\n')}
`;
