// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/client.h"

/*
 * A shutdown tells every peer first; anything that takes longer than this hangs. But a connection
 * may wait for name servers, for one address after the other, and for the login.
 */
#define ANSWER_TIMEOUT_S	60

static unsigned int patience_s(const struct cli *cli)
{
	return cli->patience_s ? cli->patience_s : ANSWER_TIMEOUT_S;
}

#define VERSIONS_HINT	"are adit and aditd of the same version?"

static int no_daemon(struct cli *cli, int err)
{
	const char *hint = "is aditd running? systemctl status aditd";

	if (err == EACCES || err == EPERM)
		hint = "run adit as root";
	cli_error(cli, "cannot connect to %s: %s; %s", cli->socket, strerror(err), hint);
	return CLI_NO_DAEMON;
}

static int client_open(struct cli *cli)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct timeval timeout = { .tv_sec = patience_s(cli) };
	int fd, err;

	if (cli->fd >= 0)
		return CLI_OK;
	if (strlen(cli->socket) >= sizeof(to.sun_path)) {
		cli_error(cli, "the path of the socket is longer than %zu characters: %s",
			  sizeof(to.sun_path) - 1, cli->socket);
		return CLI_USAGE;
	}
	memcpy(to.sun_path, cli->socket, strlen(cli->socket) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return no_daemon(cli, errno);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		err = errno;
		close(fd);
		return no_daemon(cli, err);
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	cli->fd = fd;
	return CLI_OK;
}

static int send_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= n;
	}
	return 0;
}

static int send_request(int fd, const json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT);
	int err;

	if (!text)
		return -ENOMEM;
	err = send_all(fd, text, strlen(text));
	free(text);
	return err ? err : send_all(fd, "\n", 1);
}

struct source {
	int fd;
	int err;
	bool began;
};

/* jansson asks for more only while the object is not complete: no waiting behind its end. */
static size_t read_some(void *buf, size_t len, void *data)
{
	struct source *from = data;
	ssize_t n;

	do {
		n = recv(from->fd, buf, len, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		from->err = errno;
		return (size_t)-1;
	}
	from->began |= n > 0;
	return n;
}

static json_t *receive_answer(struct cli *cli)
{
	struct source from = { .fd = cli->fd };
	json_error_t error;
	json_t *answer = json_load_callback(read_some, &from, JSON_DISABLE_EOF_CHECK, &error);

	if (answer)
		return answer;
	if (from.err == EAGAIN)
		cli_error(cli,
			  "aditd did not answer within %u seconds; journalctl -u aditd may say why",
			  patience_s(cli));
	else if (from.err)
		cli_error(cli, "the connection to aditd broke: %s", strerror(from.err));
	else if (!from.began)
		cli_error(cli, "aditd closed the connection without an answer; "
			  "journalctl -u aditd may say why");
	else
		cli_error(cli, "aditd sent what is no answer: %s; " VERSIONS_HINT, error.text);
	return NULL;
}

static int take_result(struct cli *cli, json_t *answer, json_t **result)
{
	json_t *value = json_object_get(answer, "result");
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (json_is_true(json_object_get(answer, "ok")) && value) {
		*result = json_incref(value);
		return CLI_OK;
	}
	if (!error)
		error = "aditd sent an answer without a result; " VERSIONS_HINT;
	cli_error(cli, "%s", error);
	return CLI_FAILED;
}

int client_request(struct cli *cli, json_t *request, json_t **result)
{
	int rc = client_open(cli), err = 0;
	json_t *answer;

	if (rc == CLI_OK) {
		err = request ? send_request(cli->fd, request) : -ENOMEM;
		if (err)
			cli_error(cli, "the request could not be sent to aditd: %s",
				  strerror(-err));
	}
	json_decref(request);
	if (rc != CLI_OK || err)
		return rc != CLI_OK ? rc : CLI_NO_DAEMON;
	answer = receive_answer(cli);
	if (!answer)
		return CLI_NO_DAEMON;
	rc = take_result(cli, answer, result);
	json_decref(answer);
	return rc;
}
