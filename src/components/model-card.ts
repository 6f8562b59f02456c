import type { HubFacts } from '../engine/hub-model.js';
import type { Model } from '../models/model.js';
import type { ModelConfigFacts } from '../models/model-config.js';
import type { InstructModel } from '../models/instruct-models.js';
import type { KeptModel } from '../models/kept-models.js';
import { resolveModel } from '../models/registry.js';
import { withTraining } from '../models/trained-for.js';
import { modelsTexts } from './models-texts.js';

/** What the page knows about a model, and can show. */
export interface ModelCard {
  /** What the settings get. */
  reference: string;
  title: string;
  description: string;
  model: Model;
  config: ModelConfigFacts;
  license?: string;
  /** Of a model whose files were looked at; null: it has no chat template. */
  template?: { tools: boolean } | null;
}

/** A model of the registry: all of it is pinned. */
export function cardOf(model: Model): ModelCard {
  const { id, title, description, geometry, contextWindow } = model;
  return {
    reference: id,
    title,
    description,
    model,
    license: modelsTexts.licenses[id],
    config: {
      contextWindow,
      ...(geometry
        ? {
            vocabulary: geometry.vocabulary,
            width: geometry.width,
            cache: {
              layers: geometry.layers,
              kvHeads: geometry.heads,
              headDim: geometry.width / geometry.heads,
            },
          }
        : {}),
    },
  };
}

/** A model of the short list. The hub's listing adds its sizes. */
export function cardOfInstruct(known: InstructModel, hubUrl: string): ModelCard {
  const { id, title, description, license, config } = known;
  return {
    reference: id,
    title,
    description,
    license,
    config,
    model: withTraining(resolveModel(id, { hub: hubUrl || undefined })),
  };
}

/** A model that the user gave this browser. */
export const cardOfKept = (model: KeptModel): ModelCard => ({
  ...cardOf(model),
  config: model.config,
});

/** The same model after the hub has answered. What the hub says wins. */
export const withFacts = (
  card: ModelCard,
  { model, config, license, template }: HubFacts,
): ModelCard => ({
  ...card,
  model,
  config: { ...card.config, ...config },
  license: license ?? card.license,
  template: template ?? null,
});

/** A model that was looked up by its id. */
export const cardOfLookup = (facts: HubFacts): ModelCard =>
  withFacts({ ...cardOf(facts.model), license: undefined }, facts);
