/**
 * Templates for what a card shows in full: replies, checks, device and requests. Model output is
 * bound as text, never as HTML.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { Attempt } from '../engine/ladder.js';
import type { Exchange } from '../harness/report.js';
import type { Check, Scenario } from '../scenarios/scenario.js';
import { cardTexts } from './card-texts.js';
import { formatDuration, formatMetric, formatValue } from '../format.js';
import { isOver, type ScenarioState } from '../harness/scenario-state.js';
import { scenarioCharts } from './charts/scenario-charts.js';
import { loadingPart } from './loading-part.js';
import { hidden, outcomeOf, provesPart, reasonPart } from './scenario-parts.js';
import { statusIcon, statusLabels } from './status.js';
import { texts } from './texts.js';

/** The whole state. What grows is at the end, or in a place of its own: nothing moves meanwhile. */
export function cardBody(state: ScenarioState) {
  return html`${reasonPart(state)} ${evidencePart(state)} ${outputPart(state)}
    ${figuresPart(state)}
    ${detailsPart(state)} ${chartsPart(state)}`;
}

/** It keeps its place while something may come. */
function figuresPart(state: ScenarioState) {
  const metrics = metricsPart(state);
  if (metrics === nothing && isOver(state)) return nothing;
  return html`<div class="figures">${loadingPart(state)}${metrics}</div>`;
}

/** The result without the replies, which are in the box. */
export const dialogPart = (
  scenario: Scenario,
  state: ScenarioState,
  size: unknown,
  closed: () => void,
) =>
  html`<dialog part="dialog" closedby="any" aria-labelledby="dialog-title" @close=${closed}>
    <div class="dialog-head">
      <h2 id="dialog-title">${scenario.title}: ${statusLabels[state.status]}</h2>
      <button type="button" autofocus @click=${close}>${cardTexts.close}</button>
    </div>
    ${provesPart(scenario)} ${size} ${reasonPart(state)} ${evidencePart(state)}
    ${metricsPart(state)} ${detailsPart(state)} ${chartsPart(state)}
  </dialog>`;

/** They come last, so nothing moves when a result has them. */
const chartsPart = ({ result }: ScenarioState) => scenarioCharts(result);

const close = ({ currentTarget }: Event) =>
  (currentTarget as HTMLElement).closest('dialog')?.close();

const detailsPart = (state: ScenarioState) =>
  html`<div class="details"
    >${devicePart(state)} ${exchangesPart(state)} ${checksPart(state)}</div
  >`;

const SHOWN_EXCHANGES = 4;

/**
 * The latest replies of a run, or the first replies of a result. Not a live region: a screen reader
 * should not read out every token.
 */
function outputPart(state: ScenarioState) {
  const { live, status } = state;
  if (live.length === 0 && isOver(state)) return nothing;
  const running = status === 'running';
  const shown = running ? live.slice(-SHOWN_EXCHANGES) : live.slice(0, SHOWN_EXCHANGES);
  const more = running ? 0 : live.length - shown.length;
  const reply = ({ message, text }: ScenarioState['live'][number], index: number) => {
    const arriving = running && index === shown.length - 1;
    const placeholder = running ? '' : html`<span class="muted">${cardTexts.nothing}</span>`;
    return html`<p class="message">${hidden(cardTexts.message)}${formatValue(message)}</p>
      <pre class="reply ${arriving ? 'arriving' : ''}">${text.trimStart() || placeholder}</pre>`;
  };
  return html`<div
    class="output log ${running ? 'growing' : ''}"
    part="output"
    tabindex="0"
    role="group"
    aria-label=${cardTexts.outputOfModel}
    ><div
      >${live.length === 0 ? html`<p class="muted">${texts.run.silent}</p>` : shown.map(reply)}
      ${more > 0 ? html`<p class="muted">${cardTexts.andMore(more)}</p>` : nothing}</div
    ></div
  >`;
}

function checksPart({ checks, status }: ScenarioState) {
  if (checks.length === 0) return nothing;
  const open = status === 'running' || checks.some((check) => check.status === 'failed');
  return html`<details part="checks" ?open=${open}>
    <summary
      >${cardTexts.checks(checks.length)}<span class="muted"
        >, ${outcomeOf({ checks, status })}</span
      ></summary
    >
    <ul class="checks">
      ${checks.map(checkPart)}
    </ul>
  </details>`;
}

function checkPart({ name, status, actual, expected, reason }: Check): TemplateResult {
  const fact = (label: string, value: unknown) =>
    value === undefined
      ? nothing
      : html`<div><dt>${label}</dt><dd><code>${formatValue(value)}</code></dd></div>`;
  const same = status === 'passed' && JSON.stringify(actual) === JSON.stringify(expected);
  const facts = same
    ? fact(cardTexts.same, actual)
    : [fact(cardTexts.actual, actual), fact(cardTexts.expected, expected)];
  const hasFacts = actual !== undefined || expected !== undefined;
  return html`<li part="check">
    <span class="mark" data-status=${status}>${statusIcon(status)}${hidden(`${statusLabels[status]}: `)}</span>
    <div class="check">
      <span>${name}</span>
      ${reason ? html`<span class="muted">(${reason})</span>` : nothing}
      ${hasFacts ? html`<dl class="facts">${facts}</dl>` : nothing}
    </div>
  </li>`;
}

function metricsPart({ result }: ScenarioState) {
  const metrics = Object.entries(result?.metrics ?? {});
  if (metrics.length === 0) return nothing;
  return html`<dl class="metrics" part="metrics">
    ${metrics.map(([key, value]) => {
      const metric = formatMetric(key, value);
      return html`<div><dt>${metric.name}</dt><dd>${metric.value}</dd></div>`;
    })}
  </dl>`;
}

function devicePart({ attempts, result }: ScenarioState) {
  if (attempts.length === 0) return nothing;
  const device = result?.device;
  const evidence = result?.evidence;
  const used = device
    ? [
        device.actual,
        evidence?.dtype,
        device.requested === device.actual ? '' : cardTexts.askedFor(device.requested),
      ]
        .filter(Boolean)
        .join(', ')
    : '';
  const digest = evidence?.modelDigest;
  const tried = cardTexts.attempts(attempts.length);
  return html`<details part="device">
    <summary>${cardTexts.device(used)} <span class="muted">${tried}</span></summary>
    <ol class="attempts">
      ${attempts.map(attemptPart)}
    </ol>
    ${digest ? html`<p class="muted digest">${cardTexts.weights}<code>${digest}</code></p>` : nothing}
  </details>`;
}

export function attemptPart({
  device,
  dtype,
  file,
  url,
  outcome,
  reason,
  error,
  durationMs,
  shared,
}: Attempt) {
  const status = outcome === 'loaded' ? 'passed' : outcome;
  const why = error ? `${error.code ? `${error.code}: ` : ''}${error.message}` : reason;
  const facts = [formatDuration(durationMs), file, url].filter(Boolean).join(' · ');
  return html`<li part="attempt">
    <span class="mark" data-status=${status}>${statusIcon(status)}</span>
    <div class="check">
      ${device} ${dtype ?? ''} <strong>${outcome}</strong>${shared ? cardTexts.shared : ''} <span
        class="muted"
        >${facts}</span
      >
      ${why ? html`<div class="why">${why}</div>` : nothing}
    </div>
  </li>`;
}

function exchangesPart({ result }: ScenarioState) {
  const exchanges = result?.evidence.exchanges ?? [];
  if (exchanges.length === 0) return nothing;
  const output = exchanges.reduce((sum, exchange) => sum + exchange.outputTokenIds.length, 0);
  const tokens = cardTexts.outputTokens(output);
  return html`<details part="exchanges">
    <summary>${cardTexts.exchanges(exchanges.length)} <span class="muted">(${tokens})</span></summary>
    <ol class="exchanges">
      ${exchanges.map(exchangePart)}
    </ol>
  </details>`;
}

function exchangePart({
  prompt,
  text,
  promptTokenIds,
  outputTokenIds,
  prefilledTokens,
  finishReason,
  timings,
  seed,
}: Exchange) {
  const cached = promptTokenIds.length - prefilledTokens;
  const facts = [
    cardTexts.promptTokens(promptTokenIds.length, prefilledTokens, cached),
    cardTexts.outputTokens(outputTokenIds.length),
    finishReason,
    cardTexts.firstToken(formatDuration(timings.firstToken)),
    Number.isFinite(timings.tokensPerSecond)
      ? cardTexts.rate(timings.tokensPerSecond.toFixed(0))
      : '',
    cardTexts.seed(seed),
  ];
  return html`<li part="exchange">
    <pre class="prompt">${prompt}</pre>
    <pre class="text">${text}</pre>
    <p class="muted">
      ${facts.filter(Boolean).join(' · ')}
    </p>
  </li>`;
}

/** What somebody else's agent gave back. Other evidence is the tokens themselves. */
function evidencePart({ result }: Pick<ScenarioState, 'result'>) {
  const right = result?.evidence.challenge?.find((draw) => draw.right);
  if (!right) return nothing;
  return html`<p class="muted">${cardTexts.words(right.words.join(' '))}</p>`;
}
