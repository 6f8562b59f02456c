/** Templates for what an answer was computed by. Model output is bound as text, never as HTML. */
import { html, nothing } from 'lit';
import type { Agent, AgentResponse } from '../agents/agent.js';
import type { Attempt } from '../engine/ladder.js';
import { count, formatDuration } from '../format.js';
import { detailsCode } from './details-code.js';
import { texts } from './texts.js';

/** What answered. */
export type Answerer = Pick<Agent, 'backend' | 'model' | 'device'>;

const fact = ([name, value]: readonly [string, unknown]) =>
  html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** The figures of an answer, in one line. */
export function answerFacts({ device, backend }: Answerer, response: AgentResponse) {
  const { usage, timings, finishReason } = response.metadata;
  const names = texts.ask.facts;
  const { tokensPerSecond } = timings;
  const facts: [string, string][] = [
    ...(tokensPerSecond > 0 && Number.isFinite(tokensPerSecond)
      ? [[names.rate, texts.ask.rate(tokensPerSecond)] as [string, string]]
      : []),
    [names.firstToken, formatDuration(timings.firstToken)],
    [names.device, device.url ?? device.actual],
    [
      names.tokens,
      usage.countedBy === 'nobody'
        ? texts.ask.uncounted
        : `${usage.completionTokens}${finishReason === 'length' ? texts.ask.cut : ''}`,
    ],
    [names.backend, backend],
  ];
  return html`<dl class="metrics" part="facts">${facts.map(fact)}</dl>`;
}

/** What lets somebody else repeat the answer. */
export function receiptPart({ backend, model }: Answerer, { metadata }: AgentResponse) {
  const { promptTokenIds, outputTokenIds, seed } = metadata;
  const { receipt } = texts;
  const here = backend === 'local';
  const code = (text: string | undefined) => (text ? html`<code>${text}</code>` : undefined);
  const facts: [string, unknown][] = [
    [texts.ask.facts.model, model.id],
    [receipt.weights, code(model.digest)],
    [receipt.dtype, model.dtype],
    [receipt.seed, seed],
    [receipt.promptIds, code(promptTokenIds.join(' '))],
    [receipt.outputIds, code(outputTokenIds.join(' '))],
  ];
  return html`<details class="receipt" part="receipt">
    <summary
      >${receipt.summary}
      <span class=${here ? 'here' : 'muted'}>${here ? receipt.here : receipt.there}</span></summary
    >
    <dl>
      ${facts.filter(([, value]) => value !== undefined).map(fact)}
    </dl>
  </details>`;
}

/** Every attempt to load. It is open if a server did not answer. */
export function tracePart(attempts: readonly Attempt[], answered: boolean) {
  const { attemptPart } = detailsCode.now ?? {};
  if (attempts.length === 0 || !attemptPart) return nothing;
  const remoteFailed = attempts.some(
    ({ device, outcome }) => device === 'remote' && outcome === 'failed',
  );
  return html`<details part="trace" ?open=${answered && remoteFailed}>
    <summary
      >${texts.ask.trace} <span class="muted">(${count(attempts.length, 'attempt')})</span></summary
    >
    <ol class="attempts">
      ${attempts.map(attemptPart)}
    </ol>
  </details>`;
}
