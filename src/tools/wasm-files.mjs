// Loader hook for the npm packages of YoWASP: their in-memory files copy themselves whole at every write, some kilobytes at a
// time, so that writing a netlist of 8 MB copies gigabytes (half of the time of a place and route for hx8k). Here files grow
// like vectors. A package with other text is left as it is; the test says so.

/** How `WriteStream.write` of @yowasp/runtime ends up in their bundles, by package; that of Yosys can only append. */
export const copyingWrites = {
  '@yowasp/nextpnr-ice40': `
    const offset = Number(this.offset);
    const newData = new Uint8Array(Math.max(this.file.data.length, offset + contents.length));
    newData.set(this.file.data);
    newData.subarray(offset).set(contents);
    this.file.data = newData;
`,
  '@yowasp/yosys': `
    const newData = new Uint8Array(this.file.data.length + contents.length);
    newData.set(this.file.data);
    newData.subarray(Number(this.offset)).set(contents);
    this.file.data = newData;
`,
};

/** Writes anywhere, with room behind the data that only the file itself knows. */
export const growingWrite = `
    const offset = Number(this.offset);
    const { data } = this.file;
    const size = Math.max(data.length, offset + contents.length);
    if (this.file.room?.buffer !== data.buffer || this.file.room.length < size) {
      this.file.room = new Uint8Array(2 * size);
      this.file.room.set(data);
    }
    this.file.room.fill(0, data.length, size);
    this.file.room.set(contents, offset);
    this.file.data = this.file.room.subarray(0, size);
`;

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!/\/@yowasp\/[^/]+\/gen\/bundle\.js$/.test(url) || loaded.source === undefined) return loaded;
  const source = Object.values(copyingWrites).reduce(
    (text, copying) => text.replace(copying, growingWrite),
    String(loaded.source),
  );
  return { ...loaded, source };
}
