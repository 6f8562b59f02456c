/**
 * What the elements' types need of Lit, whose code is in the package while its types are not. The
 * full story is on https://lit.dev/docs/api/LitElement/.
 */

export interface CSSResult {
  readonly cssText: string;
}

export type CSSResultOrNative = CSSResult | CSSStyleSheet;

export interface TemplateResult<T extends 1 | 2 = 1 | 2> {
  _$litType$: T;
  strings: TemplateStringsArray;
  values: unknown[];
}

export declare const nothing: unique symbol;

export type PropertyValues<T = unknown> = Map<keyof T | PropertyKey, unknown>;

export interface ReactiveController {
  hostConnected?(): void;
  hostDisconnected?(): void;
  hostUpdate?(): void;
  hostUpdated?(): void;
}

export interface ReactiveControllerHost {
  addController(controller: ReactiveController): void;
  removeController(controller: ReactiveController): void;
  requestUpdate(): void;
  readonly updateComplete: Promise<boolean>;
}

export declare class LitElement extends HTMLElement implements ReactiveControllerHost {
  /** Settles when the element has rendered its latest change. */
  get updateComplete(): Promise<boolean>;
  /** The shadow root. */
  readonly renderRoot: HTMLElement | DocumentFragment;
  hasUpdated: boolean;
  isUpdatePending: boolean;
  addController(controller: ReactiveController): void;
  removeController(controller: ReactiveController): void;
  requestUpdate(name?: PropertyKey, oldValue?: unknown): void;
  connectedCallback(): void;
  disconnectedCallback(): void;
  attributeChangedCallback(name: string, old: string | null, value: string | null): void;
  protected render(): unknown;
  protected scheduleUpdate(): void | Promise<unknown>;
  protected performUpdate(): void;
  protected shouldUpdate(changed: PropertyValues): boolean;
  protected willUpdate(changed: PropertyValues): void;
  protected update(changed: PropertyValues): void;
  protected updated(changed: PropertyValues): void;
  protected firstUpdated(changed: PropertyValues): void;
  protected getUpdateComplete(): Promise<boolean>;
  protected createRenderRoot(): HTMLElement | DocumentFragment;
}
