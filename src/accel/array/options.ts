/** What a user or a device profile chooses about an array; everything else follows from the network. */

export interface ArrayOptions {
  readonly rows: number;
  readonly columns: number;
  /** Neighbouring pixels read per cycle for depthwise and small-channel layers: 1, 2 or 4; as many activation banks. */
  readonly taps: 1 | 2 | 4;
  /** Requantizers; a divisor of the columns is used. */
  readonly requantizers: number;
  /** `block`: one read and one write per cycle. `spram`: iCE40 UltraPlus single-port RAM, used on alternate cycles. */
  readonly activationMemory: 'block' | 'spram';
  /** A register behind activation and weight memories: one cycle more, a shorter path where block RAM is slow (ECP5). */
  readonly memoryRegister: boolean;
  /** Registers in a requantizer's multiplier: 1 for DSP cells, 2 for multipliers in LUTs. */
  readonly multiplierStages: 1 | 2;
  /**
   * Of lanes with integer weights and of requantizers. `product` (default): multipliers, for DSP cells. `recoded`: LUTs and
   * carry chains alone, about half of what synthesis makes of a multiplier without DSP cells.
   */
  readonly multipliers?: 'product' | 'recoded';
  /** Weights, scales and descriptors can be loaded at run time. */
  readonly reloadable: boolean;
}
