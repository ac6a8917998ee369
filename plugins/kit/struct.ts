// The engine's Struct messages and plain JavaScript, key by key. The library's own conversion loses a key `__proto__`.
import struct, { type JavaScriptValue, type Struct, type Value } from 'google-protobuf/google/protobuf/struct_pb.js';

type Plain = Record<string, JavaScriptValue>;

// The fields are read into a map that is made on the first call of this function, also by the message's own decoder.
const { getFieldsMap } = struct.Struct.prototype;
struct.Struct.prototype.getFieldsMap = function (...args) {
  return keepEveryKey(getFieldsMap.apply(this, args));
};

/** Lets a message's map keep the key `__proto__` too: it stores its entries in a plain object, where that sets the prototype. */
export function keepEveryKey<T extends object>(map: T): T {
  for (const storage of Object.values(map) as unknown[]) {
    if (typeof storage !== 'object' || storage === null) continue;
    if (Object.getPrototypeOf(storage) === Object.prototype) Object.setPrototypeOf(storage, null);
  }
  return map;
}

/** Reads a message. */
export function readStruct(message: Struct): Plain {
  const entries: [string, JavaScriptValue][] = [];
  message.getFieldsMap().forEach((value, key) => entries.push([key, readValue(value)]));
  return Object.fromEntries(entries);
}

/** Writes a message. */
export function writeStruct(plain: Plain): Struct {
  const message = new struct.Struct();
  const fields = message.getFieldsMap();
  for (const [key, value] of Object.entries(plain)) fields.set(key, writeValue(value));
  return message;
}

function readValue(value: Value): JavaScriptValue {
  const nested = value.getStructValue();
  if (nested) return readStruct(nested);
  const items = value.getListValue();
  return items ? items.getValuesList().map(readValue) : value.toJavaScript();
}

function writeValue(plain: JavaScriptValue): Value {
  if (typeof plain !== 'object' || plain === null) return struct.Value.fromJavaScript(plain);
  const value = new struct.Value();
  if (Array.isArray(plain)) {
    const items = new struct.ListValue();
    items.setValuesList(plain.map(writeValue));
    value.setListValue(items);
  } else {
    value.setStructValue(writeStruct(plain as Plain));
  }
  return value;
}
