import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { AgentLoader } from '../agents/agent-loader.js';
import { describeDownload, shortDownload } from '../engine/download-size.js';
import { isOver, type ScenarioState } from '../harness/scenario-state.js';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import type { Scenario } from '../scenarios/scenario.js';
import { autoStartCode } from './auto-start-code.js';
import { cardTexts } from './card-texts.js';
import { type PageDevice, UnmockedErrorEvent, UnmockedProgressEvent } from './events.js';
import { detailsCode } from './details-code.js';
import { demoCode } from './demo-code.js';
import type { PromptDemo } from './prompt-demo.js';
import { boxStyles } from './scenario-box.styles.js';
import { barPart, logPart, noteOf } from './scenario-box-parts.js';
import {
  announcementPart,
  errorPart,
  headerPart,
  isActive,
  provesPart,
  reasonPart,
} from './scenario-parts.js';
import { statusLabels } from './status.js';

/** Pixels from its end within which the output still scrolls along. */
const NEAR_END = 16;

/** The element around the box. */
export interface BoxHost extends ReactiveControllerHost, HTMLElement {
  readonly model: string;
  readonly device: PageDevice;
  readonly hub: string;
  readonly seed: number;
  readonly agent: AgentLoader | undefined;
  /** Null: the attribute was removed. */
  readonly prompt: string | null | undefined;
  readonly system: string;
  readonly compact: boolean;
  readonly runOn: 'click' | 'visible' | 'load';
  readonly headingLevel: number;
  readonly state: ScenarioState;
  error: Error | undefined;
  run(): Promise<unknown>;
  ask(): Promise<void>;
}

/**
 * What a single element shows: a box of fixed height, for a scenario or a prompt. What is in it keeps
 * its place, and new things are added below.
 */
export class ScenarioBox implements ReactiveController {
  /** Only with a prompt. */
  demo: PromptDemo | undefined;
  readonly #host: BoxHost;
  readonly #press: (action: 'run' | 'stop') => void;
  #open = false;
  /** The output scrolls along. */
  #follows = true;
  #runOn: BoxHost['runOn'] = 'click';
  #timing: AbortController | undefined;

  /** @param press the user pressed the button. */
  constructor(host: BoxHost, press: (action: 'run' | 'stop') => void) {
    this.#host = host;
    this.#press = press;
    host.shadowRoot!.adoptedStyleSheets.push(boxStyles.styleSheet!);
    host.addController(this);
  }

  hostConnected(): void {
    this.#runOn = 'click';
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#timing?.abort();
  }

  hostUpdate(): void {
    const { state, runOn } = this.#host;
    if (this.#asks) this.#getDemo();
    if (runOn !== this.#runOn) this.#waitForItsTime(runOn);
    if (state.status === 'waiting' || this.demo?.phase === 'waiting') this.#follows = true;
    else if (state.status === 'running' || this.demo?.busy) {
      const stage = this.#find('.stage');
      if (stage)
        this.#follows = stage.scrollTop + stage.clientHeight >= stage.scrollHeight - NEAR_END;
    }
  }

  hostUpdated(): void {
    const { state } = this.#host;
    const stage = this.#find('.stage');
    if (stage && this.#follows && (state.status === 'running' || isOver(state) || this.demo?.busy))
      stage.scrollTop = stage.scrollHeight;
  }

  /** It is a demo of a prompt. */
  get #asks(): boolean {
    return this.#host.prompt != null;
  }

  /** Stops, and forgets what was there of the last run. */
  reset(): void {
    this.demo?.stop();
    this.demo = undefined;
    this.#open = false;
  }

  /** Runs the scenario or asks. The element shows an error. */
  start(): void {
    if (this.#asks) void this.#host.ask();
    else this.#host.run().catch(() => undefined);
  }

  /** @throws what the demo throws. */
  async ask(): Promise<void> {
    const host = this.#host;
    if (!this.demo) {
      await demoCode.load();
      host.requestUpdate();
      await host.updateComplete;
    }
    const { agent, model, hub, device, prompt, system, seed } = host;
    const typed = this.#find<HTMLInputElement>('#prompt')?.value.trim();
    const question = {
      agent,
      model,
      hubUrl: hub || undefined,
      device,
      prompt: typed || prompt || '',
      system: system || undefined,
      seed,
    };
    await this.demo?.ask(question, (progress) =>
      host.dispatchEvent(new UnmockedProgressEvent(progress)),
    );
  }

  render({ scenario, problem }: { scenario: Scenario | undefined; problem: string }) {
    if (this.#asks) return this.#promptBox();
    if (scenario) return this.#scenarioBox(scenario);
    return html`<div class="card unknown" part="card"><p>${problem}</p><slot></slot></div>`;
  }

  #scenarioBox(scenario: Scenario) {
    const { state, error, compact, headingLevel } = this.#host;
    const label = isActive(state) || state.status === 'waiting' ? 'Stop' : 'Run';
    const proves = compact ? nothing : provesPart(scenario);
    const said =
      state.status === 'idle' ? '' : cardTexts.said(scenario.title, statusLabels[state.status]);
    return html`<article
      class="card box"
      part="card"
      aria-labelledby="title"
      data-state=${error ? 'failed' : state.status}
    >
      ${headerPart({ scenario, state, headingLevel }, { label, press: this.#press })}
      <div class="stage" part="stage" tabindex="0" role="group" aria-label=${cardTexts.output}>
        ${
          state.status !== 'idle' || error
            ? html`${proves} ${logPart(state)} ${reasonPart(state)} ${error ? errorPart(error) : nothing}`
            : html`<slot name="poster">${proves}${this.#size()}</slot>`
        }
      </div>
      ${this.#foot(
        state.progress,
        noteOf(state),
        html`<button type="button" class="more" part="details" @click=${this.#openDialog}
          
          >${cardTexts.more}</button
        >`,
      )}
      ${announcementPart(error?.message ?? said)} ${this.#dialog(scenario)}
    </article>`;
  }

  #promptBox() {
    const { prompt, headingLevel, error } = this.#host;
    // Until its code is there, the element looks as if it was not defined.
    return (
      this.demo?.render({
        prompt: prompt ?? '',
        headingLevel,
        error,
        press: this.#press,
        size: this.#size(),
        foot: this.#foot(this.demo.progress, this.demo.note),
      }) ?? html`${error?.message}<slot></slot>`
    );
  }

  #foot(progress: ScenarioState['progress'], note: string, more: unknown = nothing) {
    const text = note || this.#idleNote;
    return html`<footer>
      <div class="note muted" part="note"
        >${progress ? barPart(progress) : html`<span class="line" title=${text}>${text}</span>`}</div
      >
      ${more}
    </footer>`;
  }

  #dialog(scenario: Scenario) {
    if (!this.#open) return nothing;
    const { state } = this.#host;
    const size = isOver(state) ? nothing : this.#size();
    return detailsCode.now?.dialogPart(scenario, state, size, this.#closed);
  }

  #getDemo(): void {
    const host = this.#host;
    if (this.demo || host.error) return;
    if (demoCode.now) this.demo = new demoCode.now.PromptDemo(host);
    else demoCode.load().then(() => host.requestUpdate(), this.#fail);
  }

  readonly #fail = (error: Error): void => {
    this.#host.error = error;
    this.#host.dispatchEvent(new UnmockedErrorEvent(error));
  };

  readonly #openDialog = async (): Promise<void> => {
    const host = this.#host;
    const code = await detailsCode.load().catch(this.#fail);
    if (!code) return;
    this.#open = true;
    host.requestUpdate();
    await host.updateComplete;
    const dialog = this.#find<HTMLDialogElement>('dialog');
    if (dialog?.isConnected && !dialog.open) dialog.showModal();
  };

  readonly #closed = (): void => {
    this.#open = false;
    this.#host.requestUpdate();
  };

  /** How much is downloaded for whom. */
  get #idleNote(): string {
    const { agent, model, device } = this.#host;
    if (agent) return cardTexts.foreign;
    const size = this.#describe(shortDownload);
    return [size && cardTexts.downloads(size), model, device].filter(Boolean).join(' · ');
  }

  #size() {
    if (this.#host.agent) return nothing;
    const text = this.#describe(describeDownload, ({ message }) => message);
    return html`<p class="muted size">${text}</p>`;
  }

  #describe(
    describe: (model: Model, device: PageDevice) => string,
    orElse: (error: Error) => string = () => '',
  ): string {
    try {
      return describe(resolveModel(this.#host.model), this.#host.device);
    } catch (error) {
      return orElse(error as Error);
    }
  }

  #waitForItsTime(runOn: BoxHost['runOn']): void {
    this.#timing?.abort();
    this.#runOn = runOn;
    if ((runOn !== 'visible' && runOn !== 'load') || !this.#host.isConnected) return;
    const { signal } = (this.#timing = new AbortController());
    const start = () => {
      const untouched =
        this.#host.state.status === 'idle' && (this.demo?.phase ?? 'idle') === 'idle';
      if (untouched) this.start();
    };
    autoStartCode.load().then(
      ({ startByItself }) => startByItself(runOn, this.#host, signal, start),
      () => undefined, // Without this code it waits for a click.
    );
  }

  #find<T extends HTMLElement>(selector: string): T | null {
    return this.#host.shadowRoot?.querySelector<T>(selector) ?? null;
  }
}
