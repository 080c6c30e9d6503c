// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in the files that a configuration names: each that cannot be used is told with the line that names it. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ike_test_pki.h"

static char dir[] = "/tmp/adit-conf-files-XXXXXX";
static char problems[4096];

static const char *in_dir(const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const void *octets, size_t len)
{
	char path[128];
	int fd = open(in_dir(name, path), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets, len), (ssize_t)len);
	close(fd);
}

static void put_and_free(const char *name, struct pki_octets o)
{
	put(name, o.at, o.len);
	free(o.at);
}

/* NAME.pem and NAME.key */
static void put_pair(const char *name, const struct pki_cert *c)
{
	char file[32];

	snprintf(file, sizeof(file), "%s.pem", name);
	put_and_free(file, pki_cert_pem(c->x));
	snprintf(file, sizeof(file), "%s.key", name);
	put_and_free(file, pki_key_pem(c->key, NULL));
}

static void put_public(const char *name, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(PEM_write_bio_PUBKEY(bio, key));
	put_and_free(name, pki_take(bio));
}

static void collect(void *arg, const char *file, const struct conf_problem *p)
{
	size_t at = strlen(problems);

	assert_ptr_equal(arg, problems);
	assert_non_null(strstr(file, "adit.conf"));
	snprintf(problems + at, sizeof(problems) - at, "%u: %s%s\n", p->line, p->warning ? "warning: " : "", p->text);
}

/* @ stands for the directory. */
static struct conf *read_text(const char *text)
{
	char filled[8192] = "", path[128];
	struct conf *conf;
	const char *at;

	while ((at = strchr(text, '@'))) {
		snprintf(filled + strlen(filled), sizeof(filled) - strlen(filled), "%.*s%s", (int)(at - text), text,
			 dir);
		text = at + 1;
	}
	snprintf(filled + strlen(filled), sizeof(filled) - strlen(filled), "%s", text);
	problems[0] = '\0';
	put("adit.conf", filled, strlen(filled));
	conf = conf_read(in_dir("adit.conf", path), collect, problems);
	if (!conf || problems[0])
		fail_msg("the configuration itself is not read:\n%s\n%s", problems, filled);
	return conf;
}

#define SITE(cert, key, ca, more)							\
	"site office {\n remote = \"192.0.2.2\"\n auth = certificate\n"			\
	" certificate = \"@/" cert "\"\n key = \"@/" key "\"\n ca = { " ca " }\n" more "}\n"
#define CA	"\"@/ca.pem\""
#define POOL	"pool p {\n range = \"10.9.0.2-10.9.0.9\"\n}\n"
#define USER	"user u {\n password = x\n}\n"

static const struct { const char *text, *words; } cases[] = {
	/* what is fine */
	{ SITE("gw.pem", "gw.key", CA, ""), "" },
	{ SITE("gw.pem", "gw.key", CA, " crl = { \"@/crl.pem\" }\n local-id = \"gw.example.org\"\n"), "" },
	{ SITE("gw.pem", "gw.key", CA, " local-id = \"C=DE, O=Example, CN=gw\"\n"), "" },
	{ "site raw {\n remote = \"192.0.2.2\"\n auth = raw-key\n key = \"@/gw.key\"\n"
	  " peer-key = \"@/gw.pub\"\n}\n", "" },
	{ "site psk {\n remote = \"192.0.2.2\"\n secret = x\n}\n", "" },
	/* what is not */
	{ SITE("broken.pem", "gw.key", CA, ""), "4: certificate: @/broken.pem: it holds no X.509 certificate" },
	{ SITE("gw.key", "gw.key", CA, ""), "4: certificate: @/gw.key: it holds no X.509 certificate" },
	{ SITE("gw.pem", "broken.pem", CA, ""), "5: key: @/broken.pem: " },
	{ SITE("gw.pem", "locked.key", CA, ""), "5: key: @/locked.key: " },
	{ SITE("gw.pem", "other.key", CA, ""), "5: key: @/other.key: it is not the one of the certificate" },
	{ SITE("gw.pem", "gw.key", CA, " local-id = \"else.example.org\"\n"),
	  "4: certificate: @/gw.pem: it has neither the subject nor the alternative name" },
	{ SITE("gw.pem", "gw.key", "\"@/gw.pem\"", ""), "6: ca: @/gw.pem: " },
	{ SITE("gw.pem", "gw.key", CA ",\n \"@/broken.pem\"", ""), "7: ca: @/broken.pem: it holds no X.509" },
	{ SITE("gw.pem", "gw.key", CA, " crl = { \"@/gw.pem\" }\n"), "7: crl: @/gw.pem: it holds no revocation" },
	{ SITE("old.pem", "gw.key", CA, ""), "4: warning: certificate: @/old.pem: our own certificate expired on" },
	{ SITE("new.pem", "gw.key", CA, ""), "4: warning: certificate: @/new.pem: our own certificate is valid from" },
	{ "site raw {\n remote = \"192.0.2.2\"\n auth = raw-key\n key = \"@/gw.key\"\n"
	  " peer-key = \"@/broken.pem\"\n}\n", "5: peer-key: @/broken.pem: " },
	{ POOL "server ikev2 {\n address = \"10.9.0.1\"\n pool = p\n certificate = \"@/gw.pem\"\n"
	  " key = \"@/other.key\"\n}\n" USER, "8: key: @/other.key: it is not the one" },
	{ POOL "server l2tp {\n address = \"10.9.0.1\"\n pool = p\n ipsec = required\n"
	  " certificate = \"@/gw.pem\"\n key = \"@/other.key\"\n ca = { \"@/ca.pem\" }\n}\n" USER,
	  "9: key: @/other.key: it is not the one" },
	{ "client hq {\n protocol = l2tp\n gateway = \"192.0.2.2\"\n user = u\n password = x\n ipsec = required\n"
	  " certificate = \"@/gw.pem\"\n key = \"@/other.key\"\n ca = { \"@/ca.pem\" }\n}\n",
	  "8: key: @/other.key: it is not the one" },
};

/* What is to be said, with the directory where it is said. */
static void fill_in(const char *words, char out[512])
{
	const char *at = strchr(words, '@');

	if (at)
		snprintf(out, 512, "%.*s%s%s", (int)(at - words), words, dir, at + 1);
	else
		snprintf(out, 512, "%s", words);
}

static void each_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct conf *conf = read_text(cases[i].text);
		bool error = cases[i].words[0] && !strstr(cases[i].words, "warning: ");
		bool valid = conf_check_files(conf, NOW, collect, problems);
		char words[512];

		fill_in(cases[i].words, words);
		if (valid == error || strncmp(problems, words, strlen(words)) || (!words[0] && problems[0]))
			fail_msg("case %zu: expected \"%s\", got:\n%s", i, words, problems);
		conf_free(conf);
	}
}

/* Each of several is told, not the first alone. */
static void all_are_told(void **state)
{
	struct conf *conf = read_text(SITE("broken.pem", "broken.pem", CA, " crl = { \"@/gw.pem\" }\n"));

	(void)state;
	assert_false(conf_check_files(conf, NOW, collect, problems));
	assert_non_null(strstr(problems, "4: certificate: "));
	assert_non_null(strstr(problems, "5: key: "));
	assert_non_null(strstr(problems, "7: crl: "));
	conf_free(conf);
}

static int set_up(void **state)
{
	static const char broken[] = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
	const char *san = "DNS:gw.example.org";
	struct pki_cert ca, gw, other, old = { .x = NULL };

	(void)state;
	assert_non_null(mkdtemp(dir));
	ca = pki_ca("ca");
	gw = pki_make((struct pki_want){ .cn = "gw", .key = "P-256", .san = san, .issuer = &ca });
	other = pki_make((struct pki_want){ .cn = "gw", .key = "P-256", .san = san, .issuer = &ca });
	put_pair("ca", &ca);
	put_pair("gw", &gw);
	put_pair("other", &other);
	put_public("gw.pub", gw.key);
	put_and_free("locked.key", pki_key_pem(gw.key, "a passphrase"));
	put_and_free("crl.pem", pki_crl_pem(pki_crl(&ca, NULL, NOW - DAY, NOW + DAY)));
	put("broken.pem", broken, sizeof(broken) - 1);
	/* The same certificate, of another time. */
	old.x = X509_dup(gw.x);
	ASN1_TIME_set(X509_getm_notAfter(old.x), NOW - DAY);
	assert_true(X509_sign(old.x, ca.key, pki_md(ca.key)));
	put_and_free("old.pem", pki_cert_pem(old.x));
	ASN1_TIME_set(X509_getm_notBefore(old.x), NOW + DAY);
	ASN1_TIME_set(X509_getm_notAfter(old.x), NOW + 2 * DAY);
	assert_true(X509_sign(old.x, ca.key, pki_md(ca.key)));
	put_and_free("new.pem", pki_cert_pem(old.x));
	pki_free(&old);
	pki_free(&other);
	pki_free(&gw);
	pki_free(&ca);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "ca.pem", "ca.key", "gw.pem", "gw.key", "other.pem", "other.key",
					     "gw.pub", "locked.key", "crl.pem", "broken.pem", "old.pem", "new.pem",
					     "adit.conf" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(in_dir(names[i], path));
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_told),
		cmocka_unit_test(all_are_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
