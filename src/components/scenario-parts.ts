/** Templates for the parts of a scenario's card. Model output is bound as text, never as HTML. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Attempt } from '../engine/ladder.js';
import type { Exchange, ScenarioResult } from '../harness/report.js';
import type { Check } from '../scenarios/scenario.js';
import { count, formatByteProgress, formatDuration, formatMetric, formatValue } from '../format.js';
import { isOver, type ScenarioState } from '../harness/scenario-state.js';
import { statusIcon } from './status.js';

/** The parts of a card, for `exportparts`: a harness has parts of the same names. */
export const scenarioParts = [
  'card',
  'header',
  'status',
  'button',
  'proves',
  'reason',
  'loading',
  'output',
  'checks',
  'check',
  'metrics',
  'device',
  'attempt',
  'exchanges',
  'exchange',
]
  .map((part) => `${part}: scenario-${part}`)
  .join(', ');

const phases: Record<string, string> = {
  download: 'Downloading',
  verify: 'Verifying the model',
  session: 'Starting the runtime',
  'warm-up': 'Warming up',
};

export function loadingPart({ progress, status }: Pick<ScenarioState, 'progress' | 'status'>) {
  if (!progress || status !== 'running') return nothing;
  const { phase, loadedBytes, totalBytes } = progress;
  const label = phases[phase] ?? phase;
  // Without a value the progress bar is indeterminate, as the progress of the runtime is unknown.
  const bar =
    phase === 'download' && totalBytes > 0
      ? html`<progress aria-label=${label} max=${totalBytes} value=${loadedBytes}></progress>`
      : html`<progress aria-label=${label}></progress>`;
  const bytes =
    totalBytes > 0
      ? html` <span class="muted">${formatByteProgress(loadedBytes, totalBytes)}</span>`
      : nothing;
  return html`<div class="loading" part="loading">
    <span>${label}${bytes}</span>
    ${bar}
  </div>`;
}

/** Renders a trusted string with `words` in backticks as code. */
export const withCode = (text: string) =>
  text.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece));

const SHOWN_EXCHANGES = 4;

/**
 * The latest replies of a run, or the first replies of a result. Not a live region: a screen reader
 * should not read out every token.
 */
export function outputPart(state: ScenarioState) {
  const { live, status } = state;
  if (live.length === 0) return nothing;
  const running = status === 'running';
  const shown = running ? live.slice(-SHOWN_EXCHANGES) : live.slice(0, SHOWN_EXCHANGES);
  const more = running ? 0 : live.length - shown.length;
  const reply = ({ message, text }: ScenarioState['live'][number], index: number) => {
    const arriving = running && index === shown.length - 1;
    const placeholder = running ? '' : html`<span class="muted">(nothing)</span>`;
    return html`<p class="message">${hidden('Message: ')}${formatValue(message)}</p>
      <pre class="reply ${arriving ? 'arriving' : ''}">${text.trimStart() || placeholder}</pre>`;
  };
  return html`<div
    class="output"
    part="output"
    tabindex="0"
    role="group"
    aria-label="Output of the model"
  >
    ${shown.map(reply)}
    ${more > 0 ? html`<p class="muted">and ${more} more</p>` : nothing}
  </div>`;
}

/**
 * Every reply, in the order of the requests, for a box that scrolls: what has arrived keeps its
 * place. Not a live region either.
 */
export function logPart({ live, status }: ScenarioState) {
  if (live.length === 0) return nothing;
  const reply = ({ message, text }: ScenarioState['live'][number], index: number) => {
    const arriving = status === 'running' && index === live.length - 1;
    const none = isOver({ status }) ? html`<span class="muted">(nothing)</span>` : '';
    return html`<p class="message">${hidden('Message: ')}${formatValue(message)}</p>
      <pre class="reply ${arriving ? 'arriving' : ''}">${text.trimStart() || none}</pre>`;
  };
  return html`<div class="output" part="output">${live.map(reply)}</div>`;
}

/** A run in one line: what it is doing, and then its figures. */
export function noteOf({ status, checks, tokens, result }: ScenarioState): string {
  if (status === 'waiting') return 'Waiting…';
  if (status === 'running') return tokens > 0 ? count(tokens, 'token') : 'Starting…';
  if (!result) return '';
  const { metrics, device } = result;
  return [
    checks.length > 0 ? `${count(checks.length, 'check')}, ${outcomeOf({ checks, status })}` : '',
    device?.actual,
    ...(['firstTokenMs', 'tokensPerSecond'] as const).map((key) => {
      const value = metrics[key];
      if (value === undefined) return '';
      const metric = formatMetric(key, value);
      return `${metric.name} ${metric.value}`;
    }),
  ]
    .filter(Boolean)
    .join(' · ');
}

const hidden = (text: string) => html`<span class="visually-hidden">${text}</span>`;

/** `1 failed, 2 skipped`, or `all passed`. */
function outcomeOf({ checks, status }: Pick<ScenarioState, 'checks' | 'status'>): string {
  const number = (one: Check['status']) => checks.filter((check) => check.status === one).length;
  const rest = (['failed', 'skipped'] as const)
    .filter((one) => number(one) > 0)
    .map((one) => `${number(one)} ${one}`);
  return rest.join(', ') || (isOver({ status }) ? 'all passed' : 'so far all passed');
}

export function checksPart({ checks, status }: ScenarioState) {
  if (checks.length === 0) return nothing;
  const open = status === 'running' || checks.some((check) => check.status === 'failed');
  return html`<details part="checks" ?open=${open}>
    <summary
      >${count(checks.length, 'check')}<span class="muted"
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
    ? fact('as expected', actual)
    : [fact('actual', actual), fact('expected', expected)];
  const hasFacts = actual !== undefined || expected !== undefined;
  return html`<li part="check">
    <span class="mark" data-status=${status}>${statusIcon(status)}${hidden(`${status}: `)}</span>
    <div class="check">
      <span>${name}</span>
      ${reason ? html`<span class="muted">(${reason})</span>` : nothing}
      ${hasFacts ? html`<dl class="facts">${facts}</dl>` : nothing}
    </div>
  </li>`;
}

export function metricsPart({ result }: ScenarioState) {
  const metrics = Object.entries(result?.metrics ?? {});
  if (metrics.length === 0) return nothing;
  return html`<dl class="metrics" part="metrics">
    ${metrics.map(([key, value]) => {
      const metric = formatMetric(key, value);
      return html`<div><dt>${metric.name}</dt><dd>${metric.value}</dd></div>`;
    })}
  </dl>`;
}

export function devicePart({ attempts, result }: ScenarioState) {
  if (attempts.length === 0) return nothing;
  const device = result?.device;
  const evidence = result?.evidence;
  const used = device
    ? [
        device.actual,
        evidence?.dtype,
        device.requested === device.actual ? '' : `asked for ${device.requested}`,
      ]
        .filter(Boolean)
        .join(', ')
    : '';
  const digest = evidence?.modelDigest;
  const tried = count(attempts.length, 'attempt');
  return html`<details part="device">
    <summary>Device${used ? `: ${used}` : ''} <span class="muted">(${tried})</span></summary>
    <ol class="attempts">
      ${attempts.map(attemptPart)}
    </ol>
    ${digest ? html`<p class="muted digest">weights, SHA-256: <code>${digest}</code></p>` : nothing}
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
      ${device} ${dtype ?? ''} <strong>${outcome}</strong>${shared ? ' (shared)' : ''} <span
        class="muted"
        >${facts}</span
      >
      ${why ? html`<div class="why">${why}</div>` : nothing}
    </div>
  </li>`;
}

export function exchangesPart({ result }: ScenarioState) {
  const exchanges = result?.evidence.exchanges ?? [];
  if (exchanges.length === 0) return nothing;
  const output = exchanges.reduce((sum, exchange) => sum + exchange.outputTokenIds.length, 0);
  const tokens = count(output, 'output token');
  return html`<details part="exchanges">
    <summary>${count(exchanges.length, 'exchange')} <span class="muted">(${tokens})</span></summary>
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
    `${count(promptTokenIds.length, 'prompt token')} ` +
      `(${prefilledTokens} computed, ${cached} from the cache)`,
    count(outputTokenIds.length, 'output token'),
    finishReason,
    `first token ${formatDuration(timings.firstToken)}`,
    Number.isFinite(timings.tokensPerSecond) ? `${timings.tokensPerSecond.toFixed(0)} tok/s` : '',
    `seed ${seed}`,
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
export function evidencePart({ result }: Pick<ScenarioState, 'result'>) {
  const right = result?.evidence.challenge?.find((draw) => draw.right);
  if (!right) return nothing;
  return html`<p class="muted">It gave back fresh words: ${right.words.join(' ')}.</p>`;
}

export function reasonPart({ result }: ScenarioState) {
  if (!result) return nothing;
  const { reason, error, status } = result;
  if (!reason && !error) return nothing;
  return html`<div class="reason" part="reason" data-status=${status}>
    ${reason ? html`<p>${formatReason(result)}</p>` : nothing}
    ${status === 'skipped' ? nothing : stackPart(error)}
  </div>`;
}

function stackPart(error: ScenarioResult['error']) {
  if (!error?.stack) return nothing;
  const { code, name, stack } = error;
  return html`<details><summary>Error ${code ?? name}</summary><pre>${stack}</pre></details>`;
}

function formatReason({ status, reason, error }: ScenarioResult): string {
  if (status === 'failed' && !error) return `Failed: ${reason}`;
  if (status === 'skipped') return `Skipped: ${reason}`;
  return reason ?? '';
}
