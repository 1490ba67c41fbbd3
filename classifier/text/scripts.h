/* Which writing a character belongs to, as far as hidden or deceiving text depends on it. Ranges: Unicode 15.1, Scripts.txt and
 * emoji-data.txt, brought together to blocks; look-alikes: UTS #39 confusables.txt, the single letters that stand for a Latin one. */
#ifndef GATE_CLASSIFIER_TEXT_SCRIPTS_H
#define GATE_CLASSIFIER_TEXT_SCRIPTS_H

#include <stdbool.h>
#include <stdint.h>

enum gate_script {
	GATE_SCRIPT_OTHER,
	GATE_SCRIPT_LATIN,
	GATE_SCRIPT_GREEK,
	GATE_SCRIPT_CYRILLIC,
	GATE_SCRIPT_ARMENIAN,
	GATE_SCRIPT_LIKE_LATIN, /* Cherokee, Coptic, Lisu: capitals that look Latin */
	GATE_SCRIPT_WIDE,	/* fullwidth Latin letters, mathematical letters: folded to ASCII by many readers */
	GATE_SCRIPT_RTL,	/* Hebrew, Arabic, Syriac, Thaana, N'Ko and their presentation forms */
	GATE_SCRIPT_INDIC,	/* joins by ZWJ and ZWNJ, or has no spaces: Devanagari to Sinhala, Thai to Khmer, Mongolian */
	GATE_SCRIPT_HAN,
	GATE_SCRIPT_HANGUL,
	GATE_SCRIPT_EMOJI, /* what U+FE0F and U+FE0E may follow, and ZWJ may join */
	GATE_SCRIPT_MATH   /* operators with standardized variants by U+FE00 */
};

enum gate_script gate_script_of(uint32_t cp);
/* Whether a letter that is not Latin looks like one that is. */
bool gate_script_like_latin(uint32_t cp);
/* Lower Greek letters and the capital ones of formulas. */
bool gate_script_technical(uint32_t cp);

#endif
