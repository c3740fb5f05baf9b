/**
 * media: files that people sent and files that we send.
 *
 * Words: a file's *kind* is the message type it came or goes with (image, video, audio, document, sticker); its
 * *declared* type is what somebody said, its *type* what its bytes say; a *blob* is where the bytes lie.
 * Tables: media.
 * States: waiting → stored | refused (its bytes are not what its kind allows) | failed (gone, or given up);
 * failed → waiting by hand; any but waiting → deleted (the row stays, the bytes go).
 *
 * Always true: a message never waits for its files; the type that is served is the one of the bytes and only if it is
 * on the list of harmless ones; nothing is shown inline that a browser could run; an address without API key ends after
 * five minutes; the name a sender gave a file is never a path.
 */
export { deleteBytesHandler, deleteMedia } from './delete.ts';
export { eraseMedia } from './erase.ts';
export { type ExpectedMedia, expectMany, moveFiles } from './expect.ts';
export { fetchHandler, fetchMedia, type MediaDeps } from './fetch.ts';
export { mediaBody, present as presentMedia } from './present.ts';
export { findMedia, getMedia, sizeOfMedia } from './read.ts';
export { countOldFiles, deleteOldFiles, forgetFiles } from './retain.ts';
export { mediaRoutes, refuseOthersFile } from './routes.ts';
export { isMediaKind, maySend } from './rules.ts';
export { signPath } from './signed-url.ts';
export { keepUpload, type StoredFile, storeBytes } from './store.ts';
export { type EnsuredUpload, ensureUploaded } from './upload.ts';
export { incomingFile, parseUploads } from './upload-routes.ts';
export { readPicture } from './whole.ts';
