/**
 * The platform of a command, of which some calls go another way.
 *
 * @module
 */
import type { FileStore, Host } from "../host/mod.ts";

/** The same platform with other files. */
export function hostWith(host: Host, files: FileStore): Host {
  const { clock, hasher, random, terminal } = host;
  const buffers = () => host.buffers();
  const compression = () => host.compression();
  return { buffers, clock, compression, files, hasher, random, terminal };
}

/** The same files, of which these methods are others. */
export function filesWith(
  files: FileStore,
  own: Readonly<Partial<FileStore>>,
): FileStore {
  const bound = new Map<PropertyKey, unknown>(Object.entries(own));
  return new Proxy(files, {
    get(target, name) {
      if (!bound.has(name)) {
        const value: unknown = Reflect.get(target, name, target);
        const isMethod = typeof value === "function";
        bound.set(name, isMethod ? value.bind(target) : value);
      }
      return bound.get(name);
    },
  });
}
