import { html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { isSoftware } from '../engine/adapter-info.js';
import type { EnvironmentInfo } from '../scenarios/environment-info.js';
import { environmentStyles } from './unmocked-environment.styles.js';
import { texts } from './texts.js';
import { themeStyles } from './theme.styles.js';

/**
 * What this browser can do. It asks the browser; it does not guess from the browser's name.
 *
 * In one line, which opens.
 *
 * @csspart panel, facts, fact, warning
 */
export class UnmockedEnvironment extends LitElement {
  static override styles = [themeStyles, environmentStyles];

  @property({ attribute: false }) info: EnvironmentInfo | undefined;

  override render() {
    const { info } = this;
    return html`<details part="panel">
      <summary
        ><span class="label">${texts.environment.heading}</span>
        <span class=${info ? '' : 'muted'}>${info ? inShort(info) : texts.environment.asking}</span></summary
      >
      ${info ? this.#facts(info) : nothing}
    </details>`;
  }

  #facts(info: EnvironmentInfo) {
    const {
      userAgent,
      crossOriginIsolated,
      hardwareConcurrency,
      deviceMemoryGb,
      wasmSimd,
      versions,
    } = info;
    const { facts } = texts.environment;
    const simd = wasmSimd ? texts.environment.simd : texts.environment.noSimdAtAll;
    const isolation = crossOriginIsolated
      ? texts.environment.isolated
      : texts.environment.notIsolated;
    const onnxruntime = versions.onnxruntime.replace(/-dev.*/, ' (development build)');
    const runtime = `transformers.js ${versions.transformers}, ONNX Runtime ${onnxruntime}`;
    return html`<dl part="facts">
      ${this.#webGpu(info)}
      ${fact(facts.wasm, wasmSimd, simd)}
      ${fact(facts.isolation, crossOriginIsolated, isolation)}
      ${fact(facts.machine, undefined, texts.environment.cores(hardwareConcurrency, deviceMemoryGb))}
      ${fact(facts.browser, undefined, browserName(userAgent), userAgent)}
      ${fact(facts.runtime, undefined, runtime, versions.onnxruntime)}
    </dl>
    ${this.#warning(info)}`;
  }

  #webGpu({ webgpu }: EnvironmentInfo) {
    if (!webgpu.adapter)
      return fact(
        texts.environment.facts.webgpu,
        false,
        texts.environment.noAdapter(webgpu.reason),
      );
    const { vendor, architecture, device, description, shaderF16 } = webgpu.adapter;
    const name =
      description ||
      [vendor, architecture, device].filter(Boolean).join(' ') ||
      texts.environment.nameless;
    return fact(texts.environment.facts.webgpu, true, texts.environment.adapter(name, shaderF16));
  }

  #warning({ webgpu: { adapter } }: EnvironmentInfo) {
    if (!adapter) return nothing;
    if (!isSoftware(adapter)) return nothing;
    return html`<p class="warning" part="warning">
      <strong>${texts.environment.softwareAdapter}</strong> ${texts.environment.softwareAdvice}
    </p>`;
  }
}

/** The same in a few words. */
function inShort({ webgpu: { adapter }, threads, wasmSimd }: EnvironmentInfo): string {
  const { environment } = texts;
  return [
    adapter
      ? isSoftware(adapter)
        ? environment.software
        : environment.webgpu
      : environment.noWebgpu,
    wasmSimd ? environment.threads(threads) : environment.noSimd,
  ].join(', ');
}

function fact(
  name: string,
  good: boolean | undefined,
  text: string,
  title: string | typeof nothing = nothing,
) {
  const mark =
    good === undefined
      ? nothing
      : html`<span
          class="mark"
          data-status=${good ? 'passed' : 'skipped'}
          aria-hidden="true"
          >${good ? '●' : '○'}</span
        >`;
  return html`<div part="fact"><dt>${name}</dt><dd title=${title}>${mark}${text}</dd></div>`;
}

/** `Chromium 156 on Linux`, or the whole user agent if its form is unknown. */
function browserName(userAgent: string): string {
  const match =
    /(Firefox|Edg|OPR|HeadlessChrome|Chrome)\/(\d+)/.exec(userAgent) ??
    /(Version)\/(\d+).*Safari/.exec(userAgent);
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|CrOS|Linux)/.exec(userAgent)?.[1];
  if (!match) return userAgent;
  const names: Record<string, string> = {
    Edg: 'Edge',
    OPR: 'Opera',
    HeadlessChrome: 'Chrome (headless)',
    Version: 'Safari',
  };
  return (
    `${names[match[1]!] ?? match[1]} ${match[2]}` +
    (system ? ` on ${system.replace('Mac OS X', 'macOS')}` : '')
  );
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-environment': UnmockedEnvironment;
  }
}
