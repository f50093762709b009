import type { FamilyEntries } from '../candidate.js';

export const pvq: FamilyEntries = { ours: [], baselines: [], bars: [] };
