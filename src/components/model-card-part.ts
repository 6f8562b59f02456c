import { html, nothing } from 'lit';
import {
  WASM_LIMIT,
  estimateMemory,
  kvCacheBytes,
  kvValueBytes,
} from '../models/memory-estimate.js';
import { type DeviceMemory, embeddingBytes, findShortages } from '../models/memory-limits.js';
import { HUB } from '../models/model-urls.js';
import { type Dtype, dtypes, type ModelVariant } from '../models/model.js';
import { scenariosFor } from '../harness/model-scenarios.js';
import { formatBytes } from '../format.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { ModelCard } from './model-card.js';
import { modelsTexts as texts } from './models-texts.js';

export interface CardContext {
  device: DeviceMemory | undefined;
  scenarios: readonly Scenario[];
  /** The reference in the settings. */
  inUse: string;
  /** Why no model can be chosen now; empty if one can. */
  unavailable: string;
  /** The reference that the hub is being asked about. */
  asking: string;
  use(card: ModelCard): void;
  ask(card: ModelCard): void;
}

/** One model with its facts, and the button that chooses it. */
export function modelCardPart(card: ModelCard, context: CardContext) {
  const { title, description, reference, model } = card;
  const known = model.variants.some(({ file }) => model.files[file]);
  const isInUse = context.inUse === reference;
  const id = `model-${reference.replace(/[^\w-]/g, '-')}`;
  return html`<article part="model" data-model=${reference} aria-labelledby=${id}>
    <div class="head">
      <h3 id=${id}>${title}</h3>
      <button
        type="button"
        class=${isInUse ? 'used' : 'primary'}
        part="use"
        aria-disabled=${isInUse || context.unavailable ? 'true' : 'false'}
        title=${context.unavailable || nothing}
        @click=${() => context.use(card)}
        >${isInUse ? texts.inUse : texts.use}<span class="visually-hidden">: ${title}</span></button
      >
    </div>
    <p>${description}</p>
    ${factsPart(card, context.scenarios)} ${known ? sizesPart(card, context) : askPart(card, context)}
  </article>`;
}

function factsPart(card: ModelCard, scenarios: readonly Scenario[]) {
  const { config, license, model, reference } = card;
  const { source } = model;
  return html`<dl part="facts">
    ${fact(texts.facts.id, html`<code>${reference}</code>`)}
    ${fact(texts.facts.license, license ?? (source.kind === 'hub' ? texts.noLicense : texts.unknown))}
    ${fact(texts.facts.context, config.contextWindow ? texts.tokens(config.contextWindow) : texts.unknown)}
    ${fact(texts.facts.cache, cacheText(card))} ${fact(texts.facts.kind, kindOf(card))}
    ${fact(texts.facts.scenarios, scenariosText(card, scenarios))}
    ${source.kind === 'hub' ? fact(texts.facts.page, hubLink(source.repository)) : nothing}
  </dl>`;
}

const fact = (name: string, value: unknown) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** Nothing is fetched from there before somebody follows the link. */
const hubLink = (repository: string) =>
  html`<a href=${HUB + repository} rel="noreferrer">${repository}</a>`;

/** The cache of each number format, dtypes of one size together. */
function cacheText({ config, model }: ModelCard): string {
  const { cache, contextWindow, kvValueBytes: named } = config;
  if (!cache || !contextWindow) return texts.unknown;
  const bySize = new Map<number, Dtype[]>();
  for (const dtype of dtypes) {
    if (!model.variants.some((variant) => variant.dtype === dtype)) continue;
    const bytes = kvCacheBytes(cache, contextWindow, named?.[dtype] ?? kvValueBytes(dtype));
    bySize.set(bytes, [...(bySize.get(bytes) ?? []), dtype]);
  }
  return texts.cache([...bySize].map(([bytes, of]) => texts.cacheOf(bytes, of.join(', '))));
}

function kindOf({ model: { capabilities }, template }: ModelCard): string {
  if (capabilities.includes('reasoning')) return texts.kinds.reasoning;
  if (capabilities.includes('tools')) return texts.kinds.tools;
  if (capabilities.includes('chat')) return texts.kinds.chat;
  if (template === undefined) return texts.kinds.base;
  if (template === null) return texts.template.none;
  return template.tools ? texts.template.tools : texts.template.chat;
}

function scenariosText({ model }: ModelCard, scenarios: readonly Scenario[]): string {
  const { able, unable } = scenariosFor(model, scenarios);
  const needs = new Map<string, number>();
  for (const { need } of unable) needs.set(need, (needs.get(need) ?? 0) + 1);
  const why = [...needs].map(([need, number]) => texts.without(number, need)).join(', ');
  return `${texts.scenarios(able.length, scenarios.length)}; ${why || texts.noneUnable}`;
}

function askPart(card: ModelCard, { asking, ask }: CardContext) {
  const { source } = card.model;
  if (source.kind !== 'hub') return nothing;
  const busy = asking === card.reference;
  return html`<p class="ask">
    <button type="button" part="ask" aria-disabled=${busy ? 'true' : 'false'} @click=${() => ask(card)}
      >${busy ? texts.asking : texts.ask(new URL(source.host ?? HUB).host)}</button
    >
    <span class="muted">${texts.sizes.unasked}</span>
  </p>`;
}

function sizesPart(card: ModelCard, { device }: CardContext) {
  const { sizes } = texts;
  const label = sizes.caption(card.title);
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>
    <table part="sizes">
      <thead>
        <tr>
          ${[sizes.dtype, sizes.device, sizes.download, sizes.inUse, sizes.most, sizes.here].map(
            (name) => html`<th scope="col">${name}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${card.model.variants.map((variant) => sizeRow(card, variant, device))}
      </tbody>
    </table>
  </div>`;
}

function sizeRow(
  { model, config }: ModelCard,
  { device: name, dtype, file }: ModelVariant,
  has: DeviceMemory | undefined,
) {
  const bytes = weightsBytes(model.files, file);
  if (bytes === 0) return nothing;
  const { cache, contextWindow, kvValueBytes: named, vocabulary, width } = config;
  const estimate = estimateMemory({
    device: name,
    dtype,
    weightsBytes: bytes,
    cache,
    contextWindow,
    kvValueBytes: named?.[dtype],
  });
  const largest =
    name === 'webgpu' && vocabulary && width ? embeddingBytes(vocabulary, width, dtype) : undefined;
  const short = findShortages(estimate, has ?? {}, largest);
  const missing = name === 'webgpu' && has && has.gpuBuffer === undefined;
  const why = short.map(({ of, needs, has: room }) =>
    texts.sizes.lack(texts.sizes.shortages[of], needs, room),
  );
  const lacks = short.some(({ certain }) => certain) ? texts.sizes.lacks : texts.sizes.mayLack;
  let verdict = short.length === 0 ? texts.sizes.fits : lacks(why.join('; '));
  if (missing) verdict = texts.sizes.noAdapter;
  if (!has) verdict = texts.sizes.asking;
  return html`<tr title=${file}>
    <th scope="row">${dtype}</th>
    <td>${name === 'webgpu' ? 'WebGPU' : 'WASM'}</td>
    <td>${formatBytes(bytes)}</td>
    <td>${formatBytes(estimate.total)}</td>
    <td>${formatBytes(estimate.peak)}</td>
    <td data-status=${!has || missing || short.length > 0 ? 'skipped' : 'passed'}>${verdict}</td>
  </tr>`;
}

/** A file of weights with its external data. */
function weightsBytes(files: ModelCard['model']['files'], file: string): number {
  let sum = 0;
  for (const [path, { bytes = 0 }] of Object.entries(files))
    if (path === file || path === `${file}_data` || path.startsWith(`${file}_data_`)) sum += bytes;
  return sum;
}

/** What this device has, in one line. */
export function devicePart(device: (DeviceMemory & { used?: number }) | undefined) {
  const text = texts.device;
  const said = device && [
    device.machine === undefined ? text.noMachine : text.machine(device.machine),
    text.wasm(WASM_LIMIT),
    device.gpuBuffer === undefined ? text.noGpu : text.gpu(device.gpuBuffer),
    device.storage === undefined ? text.noStorage : text.storage(device.storage, device.used ?? 0),
  ];
  return html`<p class="device" part="device"
    ><strong>${text.heading}</strong> ${said?.join(' · ') ?? '…'}</p
  >`;
}
