// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/parent.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/conftext.h"
#include "daemon/keeper.h"
#include "daemon/memory.h"
#include "daemon/privs.h"
#include "daemon/sockets.h"
#include "datapath/datapath.h"

/*
 * The first death is answered at once, the next ones after a pause that doubles: a peer must not
 * make us spin. One that was killed from outside is nobody's fault within: its successors wait no
 * longer than at first, for the peers go on asking for echoes.
 */
#define RESTART_FIRST_MS	250
#define RESTART_MAX_MS		5000
/* An engine that served this long makes earlier deaths forgotten. */
#define RESTART_FORGET_MS	10000
/* The engine bounds its farewell to 5 s. */
#define STOP_TIMEOUT_MS		8000
/* Descriptors beside the connections: sockets, netlink, memory, control clients. */
#define SPARE_FILES		256

struct parent {
	const struct options *options;
	char self[PATH_MAX];
	struct conf *conf;
	struct conf_problems problems;
	struct account account;
	struct sockets sockets;
	int control, events, memory_fd, signals, keeper;
	struct memory *memory;
	int *kept;			/* descriptor by number, -1: none */
	pid_t engine;			/* 0: none */
	bool running;			/* the engine said so */
	bool ever_ran;
	bool stopping;
	bool reload_later;		/* asked for while no engine ran */
	uint64_t started_ms;		/* of this engine */
	/* when the next engine starts, or the stopping one is killed; 0: never */
	uint64_t due_ms;
	unsigned int deaths;		/* in a row */
	int status;
	bool done;
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void finish(struct parent *p, int status)
{
	p->status = status;
	p->done = true;
}

static int send_conf(struct parent *p)
{
	unsigned int i;
	int fd, err;

	fd = conftext_pack(p->conf, &p->account);
	if (fd < 0)
		return fd;
	err = keeper_send(p->keeper, KEEPER_CONF, 0, p->problems.text, fd);
	close(fd);
	for (i = 0; !err && i < p->sockets.n; i++)
		err = keeper_send(p->keeper, KEEPER_LISTENER, p->sockets.listening[i].server, NULL,
				  p->sockets.listening[i].fd);
	return err;
}

static int send_everything(struct parent *p)
{
	uint32_t slot;
	int err;

	err = keeper_send(p->keeper, KEEPER_MEMORY, 0, NULL, p->memory_fd);
	if (!err)
		err = keeper_send(p->keeper, KEEPER_EVENTS, 0, NULL, p->events);
	if (!err)
		err = keeper_send(p->keeper, KEEPER_CONTROL, 0, NULL, p->control);
	if (!err)
		err = send_conf(p);
	for (slot = 0; !err && slot < KEEPER_KEPT_MAX; slot++) {
		if (p->kept[slot] >= 0)
			err = keeper_send(p->keeper, KEEPER_CONN, slot, NULL, p->kept[slot]);
	}
	return err ? err : keeper_send(p->keeper, KEEPER_READY, 0, NULL, -1);
}

/* In the child, between fork and exec. */
static void become_engine(const struct parent *p, int keeper)
{
	char level[8];
	char *argv[] = { (char *)"aditd", (char *)"--engine", level, (char *)"-c",
			 (char *)p->options->conf_path, NULL };
	sigset_t none;

	/* Away from the terminal that we may have: it takes input from its own processes for the user's (TIOCSTI). */
	setsid();
	snprintf(level, sizeof(level), "%s", log_level_to_str(log_get_level()));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (keeper == ENGINE_KEEPER_FD)
		fcntl(keeper, F_SETFD, 0);
	else if (dup2(keeper, ENGINE_KEEPER_FD) < 0)
		_exit(EXIT_FAILURE);
	execv(p->self, argv);
	log_error(NULL, "cannot start the engine: %s: %s", p->self, strerror(errno));
	_exit(ENGINE_EXIT_CANNOT);
}

static int engine_start(struct parent *p)
{
	int pair[2];
	int err;

	/* Only here: the text of a reload goes to an engine that runs as it was started. */
	err = account_find(p->conf->user, &p->account);
	if (err)
		return err;
	err = keeper_pair(pair);
	if (err)
		return err;
	memory_counters(p->memory)->engine_starts++;
	p->engine = fork();
	if (p->engine == 0)
		become_engine(p, pair[1]);
	close(pair[1]);
	p->keeper = pair[0];
	if (p->engine < 0) {
		err = -errno;
		p->engine = 0;
		close(p->keeper);
		p->keeper = -1;
		return err;
	}
	p->running = false;
	p->started_ms = now_ms();
	p->due_ms = 0;
	err = send_everything(p);
	if (err) {
		/* It is reaped like any dead engine, and started again after a pause. */
		log_error(NULL, "cannot hand the sockets to the engine: %s", strerror(-err));
		kill(p->engine, SIGKILL);
	}
	return 0;
}

static void reload(struct parent *p)
{
	char error[ERROR_TEXT_MAX];
	struct conf_problems problems;
	struct account account;
	struct conf *conf;

	conf = conftext_read(p->options->conf_path, &problems);
	if (!conf || !conftext_check_files(conf, &problems))
		goto refuse;
	if (account_find(conf->user, &account)) {
		snprintf(problems.text, sizeof(problems.text), "run-as: there is no account \"%s\"",
			 conf->user);
		goto refuse;
	}
	if (sockets_listen(&p->sockets, conf, error)) {
		log_error(NULL, "%s", error);
		snprintf(problems.text, sizeof(problems.text), "%s", error);
		goto refuse;
	}
	conf_free(p->conf);
	p->conf = conf;
	p->problems = problems;
	log_set_level(conf->log_level);
	if (send_conf(p) || keeper_send(p->keeper, KEEPER_READY, 0, NULL, -1)) {
		log_error(NULL,
			  "the engine does not take the new configuration: starting it again");
		kill(p->engine, SIGKILL);
	}
	return;

refuse:
	log_error(NULL, "reload refused: the configuration in use stays");
	conf_free(conf);
	keeper_send(p->keeper, KEEPER_REFUSED, 0, problems.text, -1);
}

static void keep(struct parent *p, uint32_t slot, int fd)
{
	if (slot >= KEEPER_KEPT_MAX || fd < 0) {
		if (fd >= 0)
			close(fd);
		return;
	}
	if (p->kept[slot] >= 0)
		close(p->kept[slot]);
	p->kept[slot] = fd;
}

static void drop(struct parent *p, uint32_t slot)
{
	if (slot >= KEEPER_KEPT_MAX || p->kept[slot] < 0)
		return;
	close(p->kept[slot]);
	p->kept[slot] = -1;
}

static void on_running(struct parent *p)
{
	p->running = true;
	p->ever_ran = true;
	p->started_ms = now_ms();
	if (p->reload_later) {
		p->reload_later = false;
		reload(p);
	}
}

/* Returns false when there is nothing more to read. */
static bool keeper_read_one(struct parent *p)
{
	struct keeper_msg msg;
	int fd, got;

	got = keeper_recv(p->keeper, &msg, &fd, 0);
	if (got <= 0) {
		/* The end of the engine: SIGCHLD brings the rest. */
		if (got != -EAGAIN) {
			close(p->keeper);
			p->keeper = -1;
		}
		return false;
	}
	switch (msg.type) {
	case KEEPER_RUNNING:
		on_running(p);
		break;
	case KEEPER_KEEP:
		keep(p, msg.number, fd);
		return true;
	case KEEPER_DROP:
		drop(p, msg.number);
		break;
	case KEEPER_RELOAD:
		reload(p);
		break;
	}
	if (fd >= 0)
		close(fd);
	return true;
}

static void keeper_read(struct parent *p)
{
	while (p->keeper >= 0 && keeper_read_one(p))
		;
}

static void blame(struct parent *p)
{
	enum memory_kind kind;
	unsigned int deaths;
	uint32_t slot;

	if (!memory_blame(p->memory, &kind, &slot, &deaths))
		return;
	log_warn(NULL, "it died over the %s in slot %u%s",
		 kind == MEMORY_CONN   ? "connection" :
		 kind == MEMORY_TUNNEL ? "tunnel" :
		 kind == MEMORY_CLIENT ? "client" :
		 kind == MEMORY_IKE    ? "IKE SA" :
					 "session",
		 slot,
		 deaths >= MEMORY_DEATHS_MAX ? ", which is given up" : "");
}

/* Orders and accidents from outside are nobody's fault within. */
static bool killed_from_outside(int status)
{
	return WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM);
}

static uint64_t restart_pause_ms(const struct parent *p, int status)
{
	uint64_t pause = RESTART_FIRST_MS;
	unsigned int i;

	if (p->deaths <= 1)
		return 0;
	if (killed_from_outside(status))
		return RESTART_FIRST_MS;
	for (i = 2; i < p->deaths && pause < RESTART_MAX_MS; i++)
		pause *= 2;
	return pause < RESTART_MAX_MS ? pause : RESTART_MAX_MS;
}

static void engine_died(struct parent *p, int status)
{
	uint64_t pause;
	char why[64];

	if (p->running && now_ms() - p->started_ms > RESTART_FORGET_MS)
		p->deaths = 0;
	p->deaths++;
	pause = restart_pause_ms(p, status);
	if (WIFSIGNALED(status))
		snprintf(why, sizeof(why), "was killed by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(why, sizeof(why), "ended with status %d", WEXITSTATUS(status));
	log_error(NULL, "the engine %s: starting it again %s; sessions that are up go on", why,
		  pause ? "after a pause" : "at once");
	if (WIFSIGNALED(status) && !killed_from_outside(status))
		blame(p);
	else
		memory_work_done(p->memory);
	p->due_ms = now_ms() + pause;
}

static void reap(struct parent *p)
{
	int status;

	if (!p->engine || waitpid(p->engine, &status, WNOHANG) != p->engine)
		return;
	/* What it kept and dropped in its last moments is still in the pair. */
	keeper_read(p);
	if (p->keeper >= 0)
		close(p->keeper);
	p->keeper = -1;
	p->engine = 0;
	if (p->stopping || (WIFEXITED(status) && WEXITSTATUS(status) == ENGINE_EXIT_DONE))
		return finish(p, WIFEXITED(status) && WEXITSTATUS(status) == 0 ? EXIT_SUCCESS :
										 EXIT_FAILURE);
	if (!p->ever_ran && WIFEXITED(status) && WEXITSTATUS(status) == ENGINE_EXIT_CANNOT)
		return finish(p, EXIT_FAILURE);
	engine_died(p, status);
}

static void stop(struct parent *p)
{
	if (p->stopping)
		return;
	p->stopping = true;
	if (!p->engine)
		return finish(p, EXIT_SUCCESS);
	log_info(
		NULL,
		"stopping: sessions are cleared towards their peers, for their control connections end with this process");
	p->due_ms = now_ms() + STOP_TIMEOUT_MS;
	if (p->keeper < 0 || keeper_send(p->keeper, KEEPER_STOP, 0, NULL, -1))
		kill(p->engine, SIGKILL);
}

static void signals_read(struct parent *p)
{
	struct signalfd_siginfo info;

	while (read(p->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			reap(p);
			break;
		case SIGHUP:
			if (p->running && p->keeper >= 0)
				reload(p);
			else
				p->reload_later = true;
			break;
		case SIGTERM:
		case SIGINT:
			stop(p);
			break;
		}
	}
}

static void on_due(struct parent *p)
{
	int err;

	p->due_ms = 0;
	if (p->stopping) {
		log_error(NULL, "the engine did not end in time: killed");
		kill(p->engine, SIGKILL);
		return;
	}
	err = engine_start(p);
	if (err) {
		log_error(NULL, "cannot start the engine: %s", strerror(-err));
		p->due_ms = now_ms() + RESTART_MAX_MS;
	}
}

static void loop(struct parent *p)
{
	while (!p->done) {
		struct pollfd fds[] = {
			{ .fd = p->signals, .events = POLLIN },
			{ .fd = p->keeper, .events = POLLIN },
		};
		uint64_t now = now_ms();
		int wait = !p->due_ms ? -1 : p->due_ms <= now ? 0 : (int)(p->due_ms - now);

		if (poll(fds, 2, wait) < 0 && errno != EINTR)
			return finish(p, EXIT_FAILURE);
		if (fds[1].revents)
			keeper_read(p);
		if (fds[0].revents)
			signals_read(p);
		if (!p->done && p->due_ms && p->due_ms <= now_ms())
			on_due(p);
	}
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static unsigned int files_wanted(const struct conf *conf)
{
	unsigned int i;
	unsigned int n = SPARE_FILES;

	for (i = 0; i < conf->n_servers; i++)
		n += conf->servers[i].max_connections;
	return n;
}

static int open_memory(struct parent *p)
{
	uint32_t slot;

	p->memory_fd = memory_create();
	if (p->memory_fd < 0) {
		log_error(NULL, "cannot make the memory file: %s", strerror(-p->memory_fd));
		return p->memory_fd;
	}
	p->memory = memory_map(p->memory_fd);
	p->kept = calloc((size_t)KEEPER_KEPT_MAX, sizeof(*p->kept));
	if (!p->memory || !p->kept) {
		log_error(NULL, "cannot map the memory file: %s", strerror(errno));
		return -ENOMEM;
	}
	for (slot = 0; slot < KEEPER_KEPT_MAX; slot++)
		p->kept[slot] = -1;
	memory_counters(p->memory)->started_ms = now_ms();
	return 0;
}

static int open_sockets(struct parent *p)
{
	char error[ERROR_TEXT_MAX] = "";
	struct dp_err dp_err;
	int err;

	err = sockets_listen(&p->sockets, p->conf, error);
	if (err)
		goto err_say;
	p->events = dp_open_events(&dp_err);
	if (p->events < 0) {
		log_error(NULL, "%s", dp_err.text);
		return p->events;
	}
	p->control = control_socket_open(p->options->control_path, error);
	if (p->control < 0) {
		err = p->control;
		goto err_say;
	}
	return 0;

err_say:
	log_error(NULL, "%s", error[0] ? error : strerror(-err));
	return err;
}

static int set_up(struct parent *p)
{
	ssize_t n;

	if (geteuid() != 0) {
		log_error(
			NULL,
			"aditd must be started by root: it opens its ports, makes network devices and then gives "
			"its rights up (to look at a configuration: aditd --check)");
		return -EPERM;
	}
	n = readlink("/proc/self/exe", p->self, sizeof(p->self) - 1);
	if (n <= 0)
		return -errno;
	p->conf = conftext_read(p->options->conf_path, &p->problems);
	if (!p->conf)
		return -EINVAL;
	log_set_level(p->conf->log_level);
	if (account_find(p->conf->user, &p->account))
		return -ENOENT;
	privs_raise_limits(files_wanted(p->conf));
	privs_harden();
	p->signals = open_signals();
	if (p->signals < 0 || open_memory(p))
		return -ENOMEM;
	return open_sockets(p);
}

static void tear_down(struct parent *p)
{
	uint32_t slot;

	if (p->control >= 0) {
		close(p->control);
		unlink(p->options->control_path);
	}
	if (p->events >= 0)
		close(p->events);
	sockets_close(&p->sockets);
	for (slot = 0; p->kept && slot < KEEPER_KEPT_MAX; slot++)
		drop(p, slot);
	free(p->kept);
	memory_unmap(p->memory);
	if (p->memory_fd >= 0)
		close(p->memory_fd);
	if (p->signals >= 0)
		close(p->signals);
	conf_free(p->conf);
}

int parent_run(const struct options *options)
{
	struct parent p = {
		.options = options,
		.control = -1,
		.events = -1,
		.memory_fd = -1,
		.signals = -1,
		.keeper = -1,
		.status = EXIT_FAILURE,
	};

	if (set_up(&p) == 0) {
		on_due(&p);
		loop(&p);
	}
	tear_down(&p);
	return p.status;
}
