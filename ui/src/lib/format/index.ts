export { formatDateTime, formatDay, formatMoment, formatTime } from './date';
export { formatDuration } from './duration';
export type { Locale } from './locale';
export { formatBytes, formatNames, formatNumber, formatShare, formatTotal } from './number';
