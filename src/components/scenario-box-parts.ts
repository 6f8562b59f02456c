/** Templates for a box of fixed height, in which nothing moves. */
import { html, nothing } from 'lit';
import { cardTexts } from './card-texts.js';
import { formatDuration, formatValue } from '../format.js';
import { isOver, type ScenarioState } from '../harness/scenario-state.js';
import {
  bytesOf,
  hidden,
  labelOf,
  outcomeOf,
  type Progress,
  progressPart,
} from './scenario-parts.js';

/** A load on one line. */
export const barPart = (progress: Progress) =>
  html`<div class="loading" part="loading">
    ${progressPart(progress)}
    <span class="line">${[bytesOf(progress), labelOf(progress)].filter(Boolean).join(' · ')}</span>
  </div>`;

/**
 * Every reply, in the order of the requests, for a box that scrolls: what has arrived keeps its
 * place. Not a live region either.
 */
export function logPart({ live, status }: ScenarioState) {
  if (live.length === 0) return nothing;
  const reply = ({ message, text }: ScenarioState['live'][number], index: number) => {
    const arriving = status === 'running' && index === live.length - 1;
    const none = isOver({ status }) ? html`<span class="muted">${cardTexts.nothing}</span>` : '';
    return html`<p class="message">${hidden(cardTexts.message)}${formatValue(message)}</p>
      <pre class="reply ${arriving ? 'arriving' : ''}">${text.trimStart() || none}</pre>`;
  };
  return html`<div class="output" part="output">${live.map(reply)}</div>`;
}

/** A run in one line: what it is doing, and then its figures. */
export function noteOf({ status, checks, tokens, result }: ScenarioState): string {
  if (status === 'waiting') return cardTexts.waiting;
  if (status === 'running') return tokens > 0 ? cardTexts.tokens(tokens) : cardTexts.starting;
  if (!result) return '';
  const { metrics, device } = result;
  const { tokensPerSecond, firstTokenMs } = metrics;
  return [
    checks.length > 0 ? `${cardTexts.checks(checks.length)}, ${outcomeOf({ checks, status })}` : '',
    device?.actual,
    tokensPerSecond === undefined ? '' : cardTexts.rate(tokensPerSecond.toFixed(0)),
    firstTokenMs === undefined ? '' : cardTexts.firstToken(formatDuration(firstTokenMs)),
  ]
    .filter(Boolean)
    .join(' · ');
}
