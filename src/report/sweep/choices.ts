/** The part of the page on what was chosen for each layer. */
import { escapeHtml, integer, number, percent, plural } from '../html.js';
import { plainTable } from '../table.js';
import { spreadOf, type Design } from './designs.js';
import { fitting, limited } from './fit.js';
import { grouped } from './networks.js';
import type { SweepLayer } from './schema.js';
import { section } from './sections.js';

const mostVariants = 12;
const mostLayers = 150;

/** A table per model, as many as fit: a column per way in which its layers were quantized, the most accurate first. */
export const choicesSection = (designs: readonly Design[], bytes: number): string => {
  const models = grouped(
    designs.filter((design) => layersOf(design).length > 0),
    ({ model }) => model,
  );
  if (models.length === 0) return '';
  const tables = fitting(models, choicesOf, bytes);
  const note = `Format, bits of a weight × bits of an activation. ${limited(tables.length, models.length, 'models')}`;
  return section(
    'choices',
    'What was chosen for each layer',
    `<p class="soft">${note}</p>\n${tables.join('\n')}`,
  );
};

interface Variant {
  readonly names: readonly string[];
  readonly layers: readonly SweepLayer[];
  readonly designs: number;
  readonly accuracy: number | null;
}

/** `designs`: those of one model that have layers. */
const choicesOf = (designs: readonly Design[]): string => {
  const variants = variantsOf(designs);
  const shown = variants.slice(0, mostVariants);
  const all = shown[0]?.layers ?? [];
  const layers = all.slice(0, mostLayers);
  const rows = layers.map((layer) => [
    escapeHtml(layer.name),
    escapeHtml(layer.kind),
    integer(layer.macs),
    ...shown.map((variant) => choiceText(variant.layers.find(({ name }) => name === layer.name))),
  ]);
  const notes = [
    limited(shown.length, variants.length, 'ways'),
    limited(layers.length, all.length, 'layers'),
  ].join(' ');
  const text = shown.map((_, index) => index + 3);
  return `<h3>${escapeHtml(designs[0]?.model ?? '')}</h3>${notes}
${plainTable(['layer', 'kind', 'MACs', ...shown.map(headingOf)], rows, [1, ...text])}`;
};

const headingOf = ({ names, accuracy, designs }: Variant): string => {
  const share = accuracy === null ? '' : `, ${percent(accuracy, 2)}`;
  return `${names.slice(0, 3).join('; ')}${names.length > 3 ? ' …' : ''} (${plural(designs, 'design')}${share})`;
};

/** Designs that a table cannot tell apart are one variant: their cells say the same. */
const variantsOf = (designs: readonly Design[]): readonly Variant[] =>
  grouped(designs, (design) => JSON.stringify(layersOf(design).map(choiceOf)))
    .map((group) => ({
      names: [...new Set(group.map(({ method, setting }) => `${method} ${setting}`.trim()))],
      layers: group[0] === undefined ? [] : layersOf(group[0]),
      designs: group.length,
      accuracy:
        spreadOf(group.map(({ measured }) => measured.accuracy).filter((value) => value !== null))?.median ??
        null,
    }))
    .sort((a, b) => (b.accuracy ?? -1) - (a.accuracy ?? -1));

const choiceOf = ({ name, format, weightBits, activationBits }: SweepLayer): readonly (string | number)[] => [
  name,
  format,
  weightBits,
  activationBits,
];

const layersOf = ({ points }: Design): readonly SweepLayer[] =>
  points.find(({ layers }) => layers.length > 0)?.layers ?? [];

const choiceText = (layer: SweepLayer | undefined): string =>
  layer === undefined
    ? '–'
    : `${escapeHtml(layer.format)} ${number(layer.weightBits)} × ${number(layer.activationBits)}`;
