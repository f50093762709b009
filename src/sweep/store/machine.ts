/** Which machine a process runs on, for processes that share nothing but a folder. */

import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Equal for two processes exactly when each sees the other's process id. Host names do not tell that: machines of one image and
 * containers have the same ones. Where there is no Linux, the host name has to do. A file name: [\w-]+.
 */
export const machineId = (): string => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return safe(`${boot}-${readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')}`);
  } catch {
    return safe(hostname());
  }
};

const safe = (name: string): string => name.replace(/[^\w-]/g, '_');
