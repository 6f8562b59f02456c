/**
 * The builds of ONNX Runtime's WASM that a page asks for, by the start of their file names: plain
 * (14 MB) for WASM, and asyncify (27 MB), which can wait for the GPU. The dev server, the build and
 * the test server serve these and no others.
 */
export const ortBuilds = {
  plain: 'ort-wasm-simd-threaded',
  asyncify: 'ort-wasm-simd-threaded.asyncify',
} as const;

/** The lengths of the builds' WASM, which a compressed answer does not say. A test compares them. */
export const ortBytes = { plain: 14_264_838, asyncify: 26_861_777 } as const satisfies Record<
  keyof typeof ortBuilds,
  number
>;

export type OrtBuild = keyof typeof ortBuilds;

/** The names of a build's two files. */
export const ortFilesOf = (build: OrtBuild) => ({
  mjs: `${ortBuilds[build]}.mjs`,
  wasm: `${ortBuilds[build]}.wasm`,
});

/** The names of all files that can be asked for, below `ort/`. */
export const ortFiles: readonly string[] = (Object.keys(ortBuilds) as OrtBuild[]).flatMap((build) =>
  Object.values(ortFilesOf(build)),
);
