export interface UnmockedPluginOptions {
  /**
   * Whether every answer of the development server has the headers of a cross-origin isolated page,
   * which WASM threads need. Default: true. Such a page loads nothing of another origin that does
   * not allow it.
   */
  isolation?: boolean;
}
