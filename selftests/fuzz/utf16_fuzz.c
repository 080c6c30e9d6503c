// SPDX-License-Identifier: GPL-2.0-or-later
/* UTF-8 to UTF-16LE against the C library's own conversion: the same octets, the same refusals. */
#include <errno.h>
#include <iconv.h>

#include "fuzz.h"
#include "wire/utf16.h"

static iconv_t theirs;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	theirs = iconv_open("UTF-16LE", "UTF-8");
	must(theirs != (iconv_t)-1);
	return 0;
}

/* Octets, or -EILSEQ. */
static int convert(char *text, uint8_t *out, size_t cap)
{
	char *to = (char *)out;
	size_t in_left = strlen(text), out_left = cap;

	iconv(theirs, NULL, NULL, NULL, NULL);
	if (iconv(theirs, &text, &in_left, &to, &out_left) == (size_t)-1)
		return -EILSEQ;
	return (int)(cap - out_left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	size_t cap = in_u8(&in), len, whole;
	char *text = (char *)in_take(&in, SIZE_MAX, &len);
	uint8_t *ours, *wanted;
	char *longer;
	int ret, want;

	longer = realloc(text, len + 1);
	must(longer);
	text = longer;
	text[len] = '\0';
	whole = 2 * strlen(text);
	ours = malloc(whole ? whole : 1);
	wanted = malloc(whole ? whole : 1);
	ret = utf16le_from_utf8(text, ours, whole);
	want = convert(text, wanted, whole);
	must(ret == want);
	must(ret < 0 || !memcmp(ours, wanted, (size_t)ret));
	if (cap < whole) {
		free(ours);
		ours = malloc(cap ? cap : 1);
		must(ours);
		ret = utf16le_from_utf8(text, ours, cap);
		must(ret == -ENOSPC || ret == -EILSEQ || (ret == want && (size_t)ret <= cap));
		must(ret != -ENOSPC || want < 0 || (size_t)want > cap);
	}
	free(wanted);
	free(ours);
	free(text);
	return 0;
}
