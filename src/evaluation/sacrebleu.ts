/** The release of sacreBLEU whose scores and signatures ours are equal to. */
export const SACREBLEU_VERSION = "2.6.0";
