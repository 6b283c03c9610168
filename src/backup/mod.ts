/**
 * Backups of a pond: its whole history, in a place of its own, that only what is
 * new is written to.
 *
 * @module
 */
export * from "./backup.ts";
export * from "./place.ts";
export * from "./restore.ts";
export * from "./run.ts";
export * from "./secrets.ts";
