// The file of a backup: a magic line, then frames of a kind, a length and content; a manifest at the end, and a hash over everything before it.

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

const magic = Buffer.from('fleetyard backup 1\n');
/** Kinds of frames: a table begins, a piece of its content, it ends; the manifest; the hash of all that came before. */
const kinds = { begin: 1, content: 2, end: 3, manifest: 4, seal: 5 } as const;
const headBytes = 5;
/** Rows come one by one: a frame for each would be mostly heads. */
const pieceBytes = 256 * 1024;
const longestFrame = 64 * 1024 * 1024;

/** What was written of one table. */
export type Content = { bytes: number; sha256: string };

/** Writes the frames. */
export type ArchiveWriter = {
  writeTable(pieces: AsyncIterable<Uint8Array>): Promise<Content>;
  finish(manifest: unknown): Promise<void>;
};

/** Begins an archive in a file that was opened for writing. */
export async function startArchive(file: FileHandle): Promise<ArchiveWriter> {
  const whole = createHash('sha256');
  const write = async (bytes: Uint8Array): Promise<void> => {
    whole.update(bytes);
    await file.writeFile(bytes);
  };
  const writeFrame = async (kind: number, content: Uint8Array): Promise<void> => {
    const head = Buffer.alloc(headBytes);
    head.writeUInt8(kind);
    head.writeUInt32BE(content.length, 1);
    await write(head);
    await write(content);
  };
  await write(magic);
  return {
    async writeTable(pieces) {
      const hash = createHash('sha256');
      let bytes = 0;
      await writeFrame(kinds.begin, Buffer.alloc(0));
      for await (const piece of gather(pieces)) {
        hash.update(piece);
        bytes += piece.length;
        await writeFrame(kinds.content, piece);
      }
      await writeFrame(kinds.end, Buffer.alloc(0));
      return { bytes, sha256: hash.digest('hex') };
    },
    async finish(manifest) {
      await writeFrame(kinds.manifest, Buffer.from(JSON.stringify(manifest)));
      await writeFrame(kinds.seal, whole.copy().digest());
    },
  };
}

/** Reads an archive to its end; throws when a byte of it is not what was written. */
export async function checkArchive(path: string): Promise<{ manifest: unknown; contents: Content[] }> {
  const whole = createHash('sha256');
  const contents: Content[] = [];
  let table: { hash: Hash; bytes: number } | undefined;
  let manifest: unknown;
  let sealed = false;
  for await (const { kind, head, content } of readFrames(path, whole)) {
    if (sealed) throw damaged('something follows its end');
    if (kind === kinds.begin) table = { hash: createHash('sha256'), bytes: 0 };
    if (kind === kinds.content) {
      if (table === undefined) throw damaged('its parts are not in order');
      table.hash.update(content);
      table.bytes += content.length;
    }
    if (kind === kinds.end && table !== undefined)
      contents.push({ bytes: table.bytes, sha256: table.hash.digest('hex') });
    if (kind === kinds.manifest) manifest = parseManifest(content);
    if (kind === kinds.seal) {
      if (!whole.digest().equals(content)) throw damaged('its hash is not that of its content');
      sealed = true;
    } else whole.update(head).update(content);
  }
  if (!sealed || manifest === undefined) throw damaged('it ends too early');
  return { manifest, contents };
}

/** The contents of the tables, in the order in which they were written; each is read before the next is asked for. */
export async function* readTables(path: string): AsyncGenerator<AsyncIterable<Uint8Array>> {
  const frames = readFrames(path)[Symbol.asyncIterator]();
  const readContent = async function* (): AsyncGenerator<Uint8Array> {
    for (
      let next = await frames.next();
      next.done !== true && next.value.kind === kinds.content;
      next = await frames.next()
    ) {
      yield next.value.content;
    }
  };
  try {
    for (
      let next = await frames.next();
      next.done !== true && next.value.kind === kinds.begin;
      next = await frames.next()
    ) {
      yield readContent();
    }
  } finally {
    await frames.return?.();
  }
}

type Frame = { kind: number; head: Buffer; content: Buffer };

async function* readFrames(path: string, whole?: Hash): AsyncGenerator<Frame, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  for await (const chunk of createReadStream(path, { highWaterMark: pieceBytes })) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    if (!begun) {
      if (rest.length < magic.length) continue;
      if (!rest.subarray(0, magic.length).equals(magic)) break;
      whole?.update(magic);
      rest = rest.subarray(magic.length);
      begun = true;
    }
    for (let frame = takeFrame(rest); frame !== undefined; frame = takeFrame(rest)) {
      rest = rest.subarray(headBytes + frame.content.length);
      yield frame;
    }
  }
  if (!begun) throw new Error(`${path} is not a backup of this program, or of a form that it does not know`);
  if (rest.length > 0) throw damaged('it ends too early');
}

function takeFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < headBytes) return undefined;
  const length = bytes.readUInt32BE(1);
  if (length > longestFrame) throw damaged('a part of it is too long');
  if (bytes.length < headBytes + length) return undefined;
  const end = headBytes + length;
  return { kind: bytes.readUInt8(), head: bytes.subarray(0, headBytes), content: bytes.subarray(headBytes, end) };
}

async function* gather(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += longestFrame) {
      const part = piece.subarray(at, at + longestFrame);
      gathered.push(part);
      bytes += part.length;
      if (bytes < pieceBytes) continue;
      // Never more than a frame may hold: what was gathered before is shorter than one piece.
      if (bytes > longestFrame) yield Buffer.concat(gathered.slice(0, -1));
      yield bytes > longestFrame ? Buffer.from(part) : Buffer.concat(gathered);
      gathered = [];
      bytes = 0;
    }
  }
  if (bytes > 0) yield Buffer.concat(gathered);
}

function parseManifest(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8')) as unknown;
  } catch {
    throw damaged('its manifest cannot be read');
  }
}

function damaged(reason: string): Error {
  return new Error(`the backup is damaged: ${reason}`);
}

/** Opens a file that does not exist yet, for its owner only. */
export function createPrivateFile(path: string): Promise<FileHandle> {
  return open(path, 'wx', 0o600);
}
