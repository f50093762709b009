/** The smallest program for each code; one without a program does not compile. */
import type { ErrorCode } from '../../../src/hdl/index.js';
import { hdl001 } from './hdl001.js';
import { hdl002 } from './hdl002.js';
import { hdl003 } from './hdl003.js';
import { hdl004 } from './hdl004.js';
import { hdl005 } from './hdl005.js';
import { hdl006 } from './hdl006.js';
import { hdl007 } from './hdl007.js';
import { hdl008 } from './hdl008.js';
import { hdl009 } from './hdl009.js';
import { hdl010 } from './hdl010.js';
import { hdl011 } from './hdl011.js';
import { hdl012 } from './hdl012.js';
import { hdl013 } from './hdl013.js';
import { hdl014 } from './hdl014.js';
import { hdl015 } from './hdl015.js';
import { hdl016 } from './hdl016.js';
import { hdl017 } from './hdl017.js';
import { hdl018 } from './hdl018.js';
import { hdl019 } from './hdl019.js';
import { hdl020 } from './hdl020.js';
import { hdl021 } from './hdl021.js';
import { hdl022 } from './hdl022.js';
import { hdl023 } from './hdl023.js';
import { hdl024 } from './hdl024.js';
import { hdl025 } from './hdl025.js';
import { hdl026 } from './hdl026.js';
import { hdl027 } from './hdl027.js';
import { hdl028 } from './hdl028.js';
import { hdl029 } from './hdl029.js';
import { hdl030 } from './hdl030.js';
import { hdl031 } from './hdl031.js';
import { hdl032 } from './hdl032.js';

export const cases: Readonly<Record<ErrorCode, () => void>> = {
  HDL001: hdl001,
  HDL002: hdl002,
  HDL003: hdl003,
  HDL004: hdl004,
  HDL005: hdl005,
  HDL006: hdl006,
  HDL007: hdl007,
  HDL008: hdl008,
  HDL009: hdl009,
  HDL010: hdl010,
  HDL011: hdl011,
  HDL012: hdl012,
  HDL013: hdl013,
  HDL014: hdl014,
  HDL015: hdl015,
  HDL016: hdl016,
  HDL017: hdl017,
  HDL018: hdl018,
  HDL019: hdl019,
  HDL020: hdl020,
  HDL021: hdl021,
  HDL022: hdl022,
  HDL023: hdl023,
  HDL024: hdl024,
  HDL025: hdl025,
  HDL026: hdl026,
  HDL027: hdl027,
  HDL028: hdl028,
  HDL029: hdl029,
  HDL030: hdl030,
  HDL031: hdl031,
  HDL032: hdl032,
};
