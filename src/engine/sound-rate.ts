/** Sample rate of all sound inside the engine and in the streams, Hz; always one channel. */
export const SAMPLE_RATE = 16000
/** Bit rate of the encoded sound, kbit/s. */
export const SOUND_KBPS = 32
