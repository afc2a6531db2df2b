// Scrolling of the transcript: following the end, anchoring a question, mounting a window, skipping off-screen messages.

export { type StickControllerOptions, StickController } from './controller';
export { ALWAYS_VISIBLE, allowSkipping, estimateHeight, forbidSkipping, supportsSkipping } from './heights';
export { SendAnchor } from './send-anchor';
export type { ScrollMetrics, StickState } from './stick';
export {
  type MessageWindow, WINDOW_CAP, WINDOW_SIZE, afterAppend, afterPrepend, clampWindow, extendDown, extendUp,
  keepInPlace, latestWindow, windowAround,
} from './window';
