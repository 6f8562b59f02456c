import { type FormatFacts, type PromptFormat, usesTemplate } from './prompt-format.js';
import { type RenderTemplate, templateFormat } from './template.js';
import { transcriptFormat } from './transcript.js';

/** The format in which a model reads conversations. */
export const chooseFormat = (facts: FormatFacts, render: RenderTemplate): PromptFormat =>
  usesTemplate(facts) ? templateFormat(render, facts) : transcriptFormat(...facts.eosTokens);
