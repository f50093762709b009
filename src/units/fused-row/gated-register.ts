/** Registers whose synchronous reset does what would cost a LUT per bit. */
import { sint, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';

/** A register that takes `value`, or 0 where `leaveOut`. */
export const gatedRegister = (m: ModuleBuilder, name: string, value: SInt, leaveOut: UInt): SInt => {
  const { [name]: held } = m.regs({ [name]: sint(value.width) }, { reset: false });
  if (held === undefined) throw new RangeError(`no register ${name}`);
  m.when(leaveOut, () => {
    held.next = 0;
  }).otherwise(() => {
    held.next = value;
  });
  return held;
};
