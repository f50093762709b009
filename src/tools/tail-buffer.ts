/** Keeps the last `limit` bytes pushed. */
export class TailBuffer {
  private readonly chunks: Buffer[] = [];
  private size = 0;
  /** Bytes pushed, kept or not. */
  pushed = 0;
  dropped = false;

  constructor(private readonly limit: number) {}

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    this.pushed += chunk.length;
    while (this.size > this.limit) {
      const first = this.chunks.shift();
      if (first === undefined) return;
      const excess = this.size - this.limit;
      this.size -= first.length;
      this.dropped = true;
      if (first.length > excess) {
        const kept = first.subarray(excess);
        this.chunks.unshift(kept);
        this.size += kept.length;
      }
    }
  }

  bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}
