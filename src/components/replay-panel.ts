import { html, nothing, type ReactiveControllerHost } from 'lit';
import { fetched } from '../fetched.js';
import { runInTurn } from '../harness/run-queue.js';
import type { Report } from '../harness/report.js';
import type { Replay } from '../reports/replay.js';
import type { Scenario } from '../scenarios/scenario.js';
import { differenceText } from './difference-text.js';
import { texts } from './texts.js';

interface ReplayView {
  report: Report | undefined;
  /** The scenario in the pane. */
  id: string | undefined;
  /** Something runs. */
  running: boolean;
  onReplay(id: string): void;
}

/** "Replay": runs a result's scenario again and says whether its tokens are the same. */
export class ReplayPanel {
  readonly #host: ReactiveControllerHost;
  /** What the latest replay found, and of which result. */
  #said: { report: Report; id: string; text: string } | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
  }

  /** @throws as `replay`, and UnmockedError `network`. */
  async replay(
    report: Report,
    id: string,
    options: { signal: AbortSignal; scenarios: readonly Scenario[] },
  ): Promise<Replay> {
    this.#say(report, id, texts.replay.busy);
    try {
      const { replay } = await fetched(import('../reports/replay.js'));
      const found = await replay(report, id, { ...options, run: runInTurn });
      this.#say(report, id, textOf(found));
      return found;
    } catch (error) {
      this.#say(report, id, (error as Error).message);
      throw error;
    }
  }

  part({ report, id, running, onReplay }: ReplayView) {
    const result = report?.results.find((one) => one.id === id);
    const canBe = result?.evidence.exchanges.some(
      ({ outputTokenIds }) => outputTokenIds.length > 0,
    );
    if (!report || !result?.device || !canBe) return nothing;
    const said = this.#said?.report === report && this.#said.id === id ? this.#said.text : '';
    return html`<div class="replay">
      <button type="button" id="replay" ?disabled=${running} @click=${() => onReplay(result.id)}
        >${texts.replay.button}</button
      >
      <p role="status" class="muted">${said || texts.replay.hint}</p>
    </div>`;
  }

  #say(report: Report, id: string, text: string): void {
    this.#said = { report, id, text };
    this.#host.requestUpdate();
  }
}

function textOf({ verdict, reason, tokens, difference }: Replay): string {
  if (verdict === 'same') return texts.replay.same(tokens);
  if (verdict === 'not-comparable') return texts.replay.incomparable(reason!);
  return texts.replay.different(tokens, differenceText(difference!));
}
