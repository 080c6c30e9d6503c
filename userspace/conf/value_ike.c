// SPDX-License-Identifier: GPL-2.0-or-later
/* Values that IKE needs: files in PEM, and proposals. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "conf/options.h"
#include "conf/value.h"
#include "proto/ike_alg.h"

#define PEM_BEGIN "-----BEGIN "

/* --- files --- */

static int read_text(int fd, const char *path, bool private, char *buf, char why[VALUE_WHY_MAX])
{
	struct stat st;
	size_t len = 0;
	ssize_t n;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return value_bad(why, "%s is no regular file", path);
	if (private && (st.st_mode & (S_IROTH | S_IWOTH)))
		return value_bad(why, "%s can be read or written by everybody: chmod 600 %s", path, path);
	while (len <= CONF_FILE_MAX && (n = read(fd, buf + len, CONF_FILE_MAX + 1 - len)) > 0)
		len += (size_t)n;
	if (len > CONF_FILE_MAX)
		return value_bad(why, "%s is larger than %u KiB", path, CONF_FILE_MAX >> 10);
	buf[len] = '\0';
	if (strlen(buf) != len || !strstr(buf, PEM_BEGIN))
		return value_bad(why, "%s is not PEM: there is no line that begins with %s", path, PEM_BEGIN);
	return 0;
}

static int load(const char *path, bool private, char *buf, char why[VALUE_WHY_MAX])
{
	int fd, ret;

	if (path[0] != '/')
		return value_bad(why, "\"%.80s\" does not begin with a slash: give the whole path", path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return value_bad(why, "%s cannot be opened: %s", path, strerror(errno));
	ret = read_text(fd, path, private, buf, why);
	close(fd);
	return ret;
}

/* A path, or in the copy for the engine the text that was in the file. */
static int fill(struct conf_file *file, const char *text, bool private, char why[VALUE_WHY_MAX])
{
	bool given = !strncmp(text, PEM_BEGIN, strlen(PEM_BEGIN)) && strlen(text) <= CONF_FILE_MAX;
	char *buf = calloc(1, CONF_FILE_MAX + 2);
	int ret = 0;

	if (!buf)
		return value_bad(why, "out of memory");
	if (given)
		memcpy(buf, text, strlen(text) + 1);
	else
		ret = load(text, private, buf, why);
	if (!ret) {
		/* Comments ahead of it are left out, so that the copy is told from a path. */
		file->text = secret_strdup(strstr(buf, PEM_BEGIN));
		file->path = given ? NULL : strdup(text);
		if (!file->text || (!given && !file->path))
			ret = value_bad(why, "out of memory");
	}
	secret_wipe(buf, CONF_FILE_MAX + 2);
	free(buf);
	return ret;
}

static int file_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		    char why[VALUE_WHY_MAX])
{
	struct conf_file *file = (void *)((char *)base + o->at);

	(void)conf;
	return fill(file, text, !strcmp(o->name, "key"), why);
}

static void put_file(const struct conf_file *file, struct value_text *out)
{
	value_append_quoted(out, out->secrets ? file->text : file->path ? file->path : "***");
}

static bool file_put(const struct option *o, const void *base, struct value_text *out)
{
	const struct conf_file *file = (const void *)((const char *)base + o->at);

	if (!file->text)
		return false;
	put_file(file, out);
	return true;
}

const struct value_type value_file = { "file", false, file_set, file_put };

static int files_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		     char why[VALUE_WHY_MAX])
{
	struct conf_file *files = (void *)((char *)base + o->at);
	unsigned int *n = (void *)((char *)base + o->count_at);
	int ret;

	(void)conf;
	if (*n == o->max)
		return value_bad(why, "%.80s is one more than the %u that are possible", text, o->max);
	ret = fill(&files[*n], text, false, why);
	*n += !ret;
	return ret;
}

static bool files_put(const struct option *o, const void *base, struct value_text *out)
{
	const struct conf_file *files = (const void *)((const char *)base + o->at);
	unsigned int i, n = *(const unsigned int *)(const void *)((const char *)base + o->count_at);

	for (i = 0; i < n; i++) {
		value_append(out, i ? ", " : "{ ");
		put_file(&files[i], out);
	}
	value_append(out, n ? " }" : "");
	return n;
}

const struct value_type value_files = { "files", true, files_set, files_put };

/* --- proposals --- */

static int add_proposal(const struct option *o, void *base, const char *text, bool esp,
			char why[VALUE_WHY_MAX])
{
	char **list = (void *)((char *)base + o->at);
	unsigned int *n = (void *)((char *)base + o->count_at);
	char error[IKE_ERROR_MAX];
	struct ike_offers p;

	if (*n == o->max)
		return value_bad(why, "%.80s is one more than the %u that are possible", text, o->max);
	/* Whether old ones are allowed is known once the whole section is. */
	if (ike_offers_parse(text, esp ? IKE_USE_ESP : IKE_USE_IKE, true, &p, error))
		return value_bad(why, "%s", error);
	list[*n] = strdup(text);
	if (!list[*n])
		return value_bad(why, "out of memory");
	++*n;
	return 0;
}

static int ike_proposals_set(const struct conf *conf, const struct option *o, void *base,
			     const char *text, char why[VALUE_WHY_MAX])
{
	(void)conf;
	return add_proposal(o, base, text, false, why);
}

static int esp_proposals_set(const struct conf *conf, const struct option *o, void *base,
			     const char *text, char why[VALUE_WHY_MAX])
{
	(void)conf;
	return add_proposal(o, base, text, true, why);
}

static bool proposals_put(const struct option *o, const void *base, struct value_text *out)
{
	char *const *list = (const void *)((const char *)base + o->at);
	unsigned int i, n = *(const unsigned int *)(const void *)((const char *)base + o->count_at);

	for (i = 0; i < n; i++)
		value_append(out, "%s\"%s\"%s", i ? ", " : "{ ", list[i], i + 1 < n ? "" : " }");
	return n;
}

const struct value_type value_ike_proposals = { "proposals", true, ike_proposals_set, proposals_put };
const struct value_type value_esp_proposals = { "proposals", true, esp_proposals_set, proposals_put };
