// What Lit's classes extend, and register in, where there is no DOM: see library.mjs.
export const HTMLElement = Object;
export const customElements = undefined;
