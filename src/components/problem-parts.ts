import { html, nothing } from 'lit';
import type { StartupState } from '../agents/check-startup.js';
import type { Problem } from '../settings/problem.js';
import { statusIcon } from './status.js';
import { texts } from './texts.js';

/** What is wrong with the latest run and with the settings. */
export function problemsPart(run: readonly Problem[], settings: readonly Problem[]) {
  const problems = [...run, ...settings];
  const item = ({ kind, text }: Problem) =>
    html`<li data-kind=${kind}><strong>${texts.page[kind]}:</strong> ${text}</li>`;
  return html`<div class="problems" part="problems" role="alert" ?hidden=${problems.length === 0}>
    <ul>
      ${problems.map(item)}
    </ul>
  </div>`;
}

/**
 * Says what the check at the start found, in one line. What is wrong opens.
 *
 * @param kept keeps the line's place when there is nothing to say: a run ends the check.
 */
export function startupPart(
  { status = 'idle', text = '', warning }: Partial<StartupState> = {},
  kept = false,
) {
  const wrong = status === 'invalid' ? text : warning;
  const icon =
    status === 'valid' ? html`<span data-status="passed">${statusIcon('passed')}</span> ` : nothing;
  return html`<div
    class="startup"
    part="startup"
    role="status"
    id="startup"
    ?hidden=${status === 'idle' && !kept}
    >${
      wrong
        ? html`<details>
            <summary data-kind="warning"
              ><strong>${texts.page.warning}:</strong> <span class="why">${wrong}</span></summary
            >
            <p class="why-full">${wrong}</p>
          </details>`
        : html`<p class="muted">${icon}${text}</p>`
    }</div
  >`;
}
