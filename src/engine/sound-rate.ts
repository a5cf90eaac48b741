/** Sample rate of all sound inside the engine and in the streams, Hz; always one channel. */
export const SAMPLE_RATE = 16000
