/**
 * Kinds that keep a pond a second time: `Backup`, `Copy`.
 *
 * @module
 */
import { SECRET } from "../secret.ts";
import { address, fields, type KindSchema, text } from "./common.ts";

const BUCKET = {
  bucket: text("The bucket"),
  region: text("Its region"),
  key: { ...SECRET, description: "Where the id of the access key is" },
  secret: { ...SECRET, description: "Where the access key is" },
  endpoint: address("The service"),
};

const REQUIRED = ["bucket", "region", "key", "secret", "endpoint"];

/** `Backup` */
export const BACKUP: KindSchema = {
  summary: "keeps the pond in an object store",
  spec: fields(BUCKET, REQUIRED),
  isSupported: false,
  instead: "pond backup add NAME DIRECTORY, and from then on pond backup run",
};

/** `Copy` */
export const COPY: KindSchema = {
  summary: "takes in another pond's backup",
  spec: fields({
    ...BUCKET,
    backup_uuid: text("The identity of the other pond's backup"),
  }, [...REQUIRED, "backup_uuid"]),
  isSupported: false,
  instead: "pond backup restore DIRECTORY POND makes a pond of a backup",
};
