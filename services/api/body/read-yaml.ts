// Reads one YAML document within the limits. The parser gives events and never looks back; values are made of them here.

import {
  type AliasEvent,
  boolCoreTag,
  type Event,
  EVENT_ID,
  floatCoreTag,
  getScalarValue,
  intCoreTag,
  type MappingEvent,
  NOT_RESOLVED,
  nullCoreTag,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  type ScalarTagDefinition,
  type SequenceEvent,
  strTag,
  YAMLException,
} from 'js-yaml';
import { type BodyLimits, checkKey, checkText, malformed, type Place, tooLarge } from './limits.ts';

const longestMessage = 200;

/** Throws `malformed-body` or `payload-too-large`, with a pointer where there is one. */
export function readYaml(text: string, limits: BodyLimits): unknown {
  const events = parse(text, limits);
  const documents = events.filter(({ type }) => type === EVENT_ID.DOCUMENT);
  if (documents.length > 1) throw malformed(undefined, 'The body holds more than one YAML document.');
  return documents.length === 0 ? undefined : new Walk(text, events, limits).readDocument();
}

function parse(text: string, limits: BodyLimits): Event[] {
  try {
    return parseEvents(text, { maxDepth: limits.depth + 1 });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { reason, mark } = error;
    if (reason.startsWith('nesting exceeded')) throw tooLarge(undefined, `it is more than ${limits.depth} levels deep`);
    const where = mark === undefined ? '' : ` at line ${mark.line + 1}, column ${mark.column + 1}`;
    throw malformed(undefined, `The body is not valid YAML: ${clip(reason)}${where}.`);
  }
}

type NodeEvent = AliasEvent | MappingEvent | ScalarEvent | SequenceEvent;

const plainTags: readonly ScalarTagDefinition[] = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag, strTag];
const tagsOfTheLanguage = new Map(plainTags.map((tag) => [tag.tagName.replace('tag:yaml.org,2002:', '!!'), tag]));

/** Makes a value of the events. Aliases are followed here, so that what they stand for counts each time. */
class Walk {
  private at = 0;
  private values = 0;
  private names = 0;
  /** Where the events of each anchor begin. */
  private readonly anchors = new Map<string, number>();
  private readonly text: string;
  private readonly events: readonly Event[];
  private readonly limits: BodyLimits;

  constructor(text: string, events: readonly Event[], limits: BodyLimits) {
    this.text = text;
    this.events = events;
    this.limits = limits;
  }

  readDocument(): unknown {
    this.at = 1;
    return this.isOver() ? null : this.read(undefined, 0);
  }

  private read(place: Place | undefined, depth: number): unknown {
    this.values += 1;
    if (this.values > this.limits.values) throw tooLarge(undefined, `it holds more than ${this.limits.values} values`);
    const begin = this.at;
    const event = this.take();
    if (event.type === EVENT_ID.ALIAS) return this.follow(event, place, depth);
    const value = this.readNode(event, place, depth);
    this.keepAnchor(event, begin);
    return value;
  }

  private readNode(event: Exclude<NodeEvent, AliasEvent>, place: Place | undefined, depth: number): unknown {
    if (event.type === EVENT_ID.SCALAR) return this.readScalar(event, place);
    if (depth >= this.limits.depth) throw tooLarge(place, `it is more than ${this.limits.depth} levels deep`);
    this.refuseTag(event, event.type === EVENT_ID.SEQUENCE ? '!!seq' : '!!map', place);
    return event.type === EVENT_ID.SEQUENCE ? this.readList(place, depth) : this.readObject(place, depth);
  }

  private readList(place: Place | undefined, depth: number): unknown[] {
    const items: unknown[] = [];
    for (; !this.isOver(); items.push(this.read({ parent: place, key: items.length }, depth + 1)))
      this.checkEntries(items.length, place);
    this.at += 1;
    return items;
  }

  private readObject(place: Place | undefined, depth: number): Record<string, unknown> {
    const members = new Map<string, unknown>();
    while (!this.isOver()) {
      this.checkEntries(members.size, place);
      const key = this.readKey(place);
      const here: Place = { parent: place, key };
      checkKey(key, here, this.limits);
      if (members.has(key)) throw malformed(here, 'A key stands here twice.');
      members.set(key, this.read(here, depth + 1));
    }
    this.at += 1;
    return Object.fromEntries(members);
  }

  private readKey(place: Place | undefined): string {
    const begin = this.at;
    const event = this.take();
    if (event.type !== EVENT_ID.SCALAR) throw malformed(place, 'A key is a text, not a list, an object or an alias.');
    this.keepAnchor(event, begin);
    return getScalarValue(this.text, event);
  }

  private readScalar(event: ScalarEvent, place: Place | undefined): unknown {
    const source = getScalarValue(this.text, event);
    checkText(source, place, this.limits);
    const value = this.resolve(event, source, place);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw malformed(place, 'A number has to be finite; JSON has no other.');
    }
    return value;
  }

  private resolve(event: ScalarEvent, source: string, place: Place | undefined): unknown {
    const named = event.tagStart < 0 ? undefined : this.text.slice(event.tagStart, event.tagEnd);
    if (named === '!' || (named === undefined && event.style !== SCALAR_STYLE.PLAIN)) return source;
    const tag = named === undefined ? undefined : tagsOfTheLanguage.get(named);
    if (named !== undefined && tag === undefined) this.refuseTag(event, '', place);
    for (const each of tag === undefined ? plainTags : [tag]) {
      const value: unknown = each.resolve(source, tag !== undefined, each.tagName);
      if (value !== NOT_RESOLVED) return value;
    }
    throw malformed(place, `The tag ${named ?? ''} does not fit the value.`);
  }

  private refuseTag(event: Exclude<NodeEvent, AliasEvent>, known: string, place: Place | undefined): void {
    if (event.tagStart < 0) return;
    const tag = this.text.slice(event.tagStart, event.tagEnd);
    if (tag !== known && tag !== '!') throw malformed(place, `The tag ${clip(tag)} is not known here.`);
  }

  private follow({ anchorStart, anchorEnd }: AliasEvent, place: Place | undefined, depth: number): unknown {
    this.countName();
    const name = this.text.slice(anchorStart, anchorEnd);
    const begin = this.anchors.get(name);
    if (begin === undefined) throw malformed(place, `No anchor before this alias is called ${clip(name)}.`);
    const back = this.at;
    this.at = begin;
    const value = this.read(place, depth);
    this.at = back;
    return value;
  }

  /** Known from its end on: an anchor that holds itself is unknown inside. */
  private keepAnchor({ anchorStart, anchorEnd }: Exclude<NodeEvent, AliasEvent>, begin: number): void {
    if (anchorStart < 0) return;
    this.countName();
    this.anchors.set(this.text.slice(anchorStart, anchorEnd), begin);
  }

  private countName(): void {
    this.names += 1;
    const { aliases } = this.limits;
    if (this.names > aliases) throw tooLarge(undefined, `it uses more than ${aliases} anchors and aliases`);
  }

  private checkEntries(count: number, place: Place | undefined): void {
    const { entries } = this.limits;
    if (count >= entries) throw tooLarge(place, `it has more than ${entries} entries`);
  }

  private isOver(): boolean {
    return this.events[this.at]?.type === EVENT_ID.POP;
  }

  private take(): NodeEvent {
    const event = this.events[this.at];
    this.at += 1;
    return event as NodeEvent;
  }
}

function clip(text: string): string {
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
}
