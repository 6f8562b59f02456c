import { html, nothing } from 'lit';
import type { Finding } from '../harness/findings.js';
import { statusIcon } from './status.js';
import { texts } from './texts.js';

/** A button that helps against a cause. */
export interface Remedy {
  label: string;
  disabled: boolean;
  press(): void;
}

interface FindingsView {
  findings: readonly Finding[];
  choose(id: string): void;
  /** Undefined: nothing that a button does would help. */
  remedy(finding: Finding): Remedy | undefined;
}

/** Each cause once, with the scenarios that it kept from passing, and the button that helps. */
export function findingsPart(view: FindingsView) {
  if (view.findings.length === 0) return nothing;
  return html`<ul class="findings" part="findings" aria-label=${texts.findings.label}>
    ${view.findings.map((finding) => item(view, finding))}
  </ul>`;
}

function item({ choose, remedy }: FindingsView, finding: Finding) {
  const { kind, reason, results } = finding;
  const help = remedy(finding);
  const button = ({ id, title }: { id: string; title: string }) =>
    html`<li
      ><button type="button" class="link" @click=${() => choose(id)}>${title}</button></li
    >`;
  return html`<li part="finding" data-kind=${kind}>
    <details>
      <summary>
        <span data-status=${kind}>${statusIcon(kind)} ${texts.findings[kind](results.length)}</span
        >: <span class="why">${reason}</span>
      </summary>
      <p class="why-full">${reason}</p>
      <ul class="which">
        ${results.map(button)}
      </ul>
    </details>
    ${
      help
        ? html`<button type="button" class="remedy" ?disabled=${help.disabled} @click=${help.press}
            >${help.label}</button
          >`
        : nothing
    }
  </li>`;
}

/** No adapter, and WASM was not tried: it can be, for the scenarios that lacked one. */
export function remedyFor(
  { code, results }: Finding,
  device: string,
  running: boolean,
  runOnWasm: (ids: readonly string[]) => void,
): Remedy | undefined {
  if (code !== 'no-device' || device !== 'webgpu') return undefined;
  return {
    label: texts.findings.onWasm,
    disabled: running,
    press: () => runOnWasm(results.map(({ id }) => id)),
  };
}
