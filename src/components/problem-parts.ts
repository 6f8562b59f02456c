import { html, nothing } from 'lit';
import type { StartupState } from '../agents/check-startup.js';
import type { Problem } from '../settings/problem.js';
import { statusIcon } from './status.js';
import { texts } from './texts.js';

/** What is wrong: with the latest run, with the settings, and with what the check at the start found. */
export function problemsPart(
  run: readonly Problem[],
  settings: readonly Problem[],
  startup: StartupState | undefined,
) {
  const found = startup?.status === 'invalid' ? startup.text : startup?.warning;
  const problems: readonly Problem[] = [
    ...run,
    ...settings,
    ...(found ? [{ kind: 'warning', text: found } as const] : []),
  ];
  const item = ({ kind, text }: Problem) =>
    html`<li data-kind=${kind}><strong>${texts.page[kind]}:</strong> ${text}</li>`;
  return html`<div class="problems" part="problems" role="alert" ?hidden=${problems.length === 0}>
    <ul>
      ${problems.map(item)}
    </ul>
  </div>`;
}

/** Says what the check found. What is wrong is in the list of problems instead. */
export function startupPart({ status = 'idle', text = '' }: Partial<StartupState> = {}) {
  const icon =
    status === 'valid' ? html`<span data-status="passed">${statusIcon('passed')}</span> ` : nothing;
  return html`<p
    class="startup muted"
    part="startup"
    role="status"
    id="startup"
    ?hidden=${status === 'idle' || status === 'invalid'}
    >${icon}${status === 'invalid' ? '' : text}</p
  >`;
}
