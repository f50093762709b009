/** What a proof says, as plain values. */

/**
 * `proved`: for all inputs and all time. `bounded`: no counterexample within `depth` cycles after the start, nothing is
 * known beyond. `refuted`: there is a counterexample. `unknown`: no method finished within its limit.
 */
export type VerdictKind = 'proved' | 'bounded' | 'refuted' | 'unknown';

/**
 * `correspondence`: registers of the same name are equal, so it is enough that their next values and the outputs are (also
 * used without any registers). `window`: from any state, over as many cycles as the outputs remember. `induction`: from
 * the start, and from any `depth` good cycles to the next.
 */
export type Method = 'correspondence' | 'window' | 'induction';

export interface Attempt {
  readonly method: Method;
  readonly outcome: 'proved' | 'refuted' | 'bounded' | 'undecided' | 'timeout';
  /** Wall-clock seconds of this method, its share of the tool's start excluded. */
  readonly seconds: number;
}

export interface Counterexample {
  /** Clock cycles, the violation is in the last one. */
  readonly cycles: number;
  /** Values of the input ports (and of `rst`, where there is one) per cycle. */
  readonly inputs: Readonly<Record<string, readonly bigint[]>>;
  /** Whether the compiled simulator shows the same failure. */
  readonly confirmed: boolean;
  /** What the simulator saw: the ports that differ and their values, or the property that does not hold. */
  readonly observed: string;
}

export interface Verdict {
  readonly verdict: VerdictKind;
  /** `bounded`: clock cycles that were searched, counted from the start. */
  readonly depth?: number;
  /** What decided; undefined when nothing did. */
  readonly method?: Method;
  /** Wall-clock seconds over all methods. */
  readonly seconds: number;
  readonly counterexample?: Counterexample;
  readonly attempts: readonly Attempt[];
}
