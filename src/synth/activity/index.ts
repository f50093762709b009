/** How often the cells of a mapped FPGA netlist change. */
export { instrumentedNetlist, type InstrumentedNetlist } from './instrument.js';
