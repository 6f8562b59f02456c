import { code, table } from './table.mjs';

/**
 * The models of the registry: a row for each file of weights, in the order in which a device tries
 * them.
 *
 * @param {readonly import('../../../src/models/model.js').Model[]} models
 */
export const modelTable = (models) =>
  [
    table(
      ['model', 'context', 'can'],
      models.map(({ id, contextWindow, capabilities }) => [
        code(id),
        contextWindow === undefined ? '' : `${contextWindow} tokens`,
        capabilities.map(code).join(', ') || 'continues text',
      ]),
    ),
    table(
      ['model', 'device', 'dtype', 'size', 'weights'],
      models.flatMap(({ id, variants, files }) =>
        variants.map(({ device, dtype, file }) => [
          code(id),
          device,
          dtype,
          sizeOf(files[file]?.bytes),
          code(file),
        ]),
      ),
    ),
  ].join('\n');

/** @param {number | undefined} bytes */
function sizeOf(bytes) {
  if (bytes === undefined) return '';
  const megabytes = bytes / 1e6;
  return `${megabytes.toFixed(megabytes < 10 ? 1 : 0)}\u00a0MB`;
}
