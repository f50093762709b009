/** Vendor cells of iCE40 and ECP5 as components, with models for the simulator (docs/cells.md). */
export { ccu2c } from './ccu2c.js';
export { dp16kd } from './dp16kd.js';
export { ehxpllL, ehxpllLMHz, type EhxpllLSettings } from './ehxplll.js';
export { CellSettingError } from './errors.js';
export { mult18x18d } from './mult18x18d.js';
export { sbMac16Accumulate, sbMac16DualProduct, sbMac16MultiplyAdd, sbMac16Product } from './sb-mac16.js';
export { sbPll40Core, sbPll40MHz, type Pll40Settings } from './sb-pll40-core.js';
export { sbRam40 } from './sb-ram40.js';
export { sbSpram256ka } from './sb-spram256ka.js';
