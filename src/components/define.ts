/**
 * Registers elements. A page may load this twice, for instance from two bundles: the first
 * definition stays. Without a DOM it does nothing, so a server's renderer leaves the tags and their
 * content, the fallback, as they are.
 */
export function define(elements: Record<string, CustomElementConstructor>): void {
  if (!globalThis.document || !globalThis.customElements) return;
  for (const [name, element] of Object.entries(elements))
    if (!customElements.get(name)) customElements.define(name, element);
}
