/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of TCP connections: started, connected or failed, accepted, closed; what happens to them on the way is
 * in path.h, and what was there before in sweep.h.
 *
 * A connection is its socket: state lives in socket storage, and the socket's cookie names it in
 * every event. Who "current" is means nothing in most of these hooks, for state changes run in
 * whatever task a packet or timer interrupted; so the owner is taken only in process context:
 * the change to SYN_SENT, the exit of accept, the first read or write.
 *
 * Kernel 5.11 and newer (socket storage in tp_btf programs), 5.12 for the cookie. What newer
 * kernels add (sock_send_length, sock_recv_length: 6.3; tcp_cong_state_set: 5.19) may be left out at load.
 */
#include "bpf.h"
#include "connection.h"
#include "current.h"
#include "emit.h"
#include "event.h"
#include "path.h"
#include "socket.h"
#include "sweep.h"
#include "transfer.h"

char _license[] SEC("license") = "Dual BSD/GPL";

/* Never read: it makes the object's BTF tell the names by which user space decodes the records. */
const struct vocabulary vocabulary __attribute__((used)) = {};

/* A connection that waits in a listener's queue, or was accepted and not yet read or written. */
struct arrival {
	__u64 established;
	struct process owner;
};

/* The connect call that a thread is in. */
struct attempt {
	__u64 socket;
	__u64 started;
	__u8 address[16];
	__u16 port;
	__u8 sent;
	__u8 undone;
};

struct {
	MAP_UINT(type, BPF_MAP_TYPE_LRU_HASH);
	MAP_UINT(max_entries, 1 << 16);
	MAP_TYPE(key, __u64);
	MAP_TYPE(value, struct arrival);
} arrivals SEC(".maps");

struct {
	MAP_UINT(type, BPF_MAP_TYPE_TASK_STORAGE);
	MAP_UINT(map_flags, BPF_F_NO_PREALLOC);
	MAP_TYPE(key, int);
	MAP_TYPE(value, struct attempt);
} attempts SEC(".maps");

INLINE struct attempt *current_attempt(struct sock *sk)
{
	struct attempt *attempt =
		bpf_task_storage_get(&attempts, bpf_get_current_task_btf(), 0, 0);

	return attempt && attempt->socket == (__u64)sk ? attempt : 0;
}

/* CLOSE -> SYN_SENT: runs in the connecting thread, before a local port is chosen. */
INLINE void on_started(struct sock *sk, __u64 cookie, __u64 now)
{
	struct connection *known;
	struct connect_started *event;
	struct attempt *attempt = current_attempt(sk);

	if (attempt)
		attempt->sent = 1;
	known = bpf_sk_storage_get(&connections, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!known)
		return;
	__builtin_memset(known, 0, sizeof(*known));
	known->started = now;
	known->role = ROLE_CLIENT;
	known->flags = SEEN_FROM_START | TAKEN;
	name_current(&known->owner);

	event = RESERVE(EVENT_CONNECT_STARTED, struct connect_started);
	if (!event)
		return;
	fill_connection(&event->connection, sk, cookie, now);
	fill_known(&event->connection, known, TCP_SYN_SENT);
	bpf_ringbuf_submit(event, 0);
}

/* CLOSE -> LISTEN: runs in the process that calls listen(). */
INLINE void on_listening(struct sock *sk, __u64 now)
{
	struct connection *known =
		bpf_sk_storage_get(&connections, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!known)
		return;
	__builtin_memset(known, 0, sizeof(*known));
	known->started = now;
	known->role = ROLE_SERVER;
	known->flags = SEEN_FROM_START | TAKEN;
	name_current(&known->owner);
}

/* LISTEN -> SYN_RECV: a clone of the listener whose addresses are not set yet. */
INLINE void on_arriving(struct sock *sk, __u64 now)
{
	struct connection *known =
		bpf_sk_storage_get(&connections, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!known)
		return;
	known->started = now;
	known->role = ROLE_SERVER;
	known->flags = SEEN_FROM_START;
}

INLINE void on_established(struct sock *sk, int old, __u64 cookie, __u64 now)
{
	struct connection *known =
		bpf_sk_storage_get(&connections, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	struct connected *event;
	struct tcp_sock *tcp;
	struct arrival *arrived;

	if (!known)
		return;
	known->established = now;
	if (known->role == ROLE_SERVER) {
		arrived = bpf_map_lookup_elem(&arrivals, &cookie);
		if (arrived) { /* accepted before its handshake was over: fast open */
			arrived->established = now;
		} else {
			struct arrival arrival = { .established = now };

			bpf_map_update_elem(&arrivals, &cookie, &arrival, BPF_NOEXIST);
		}
		return;
	}
	if (old != TCP_SYN_SENT && known->role != ROLE_CLIENT)
		return;
	known->role = ROLE_CLIENT;

	event = RESERVE(EVENT_CONNECTED, struct connected);
	if (!event)
		return;
	fill_connection(&event->connection, sk, cookie, now);
	fill_known(&event->connection, known, TCP_ESTABLISHED);
	tcp = bpf_skc_to_tcp_sock(sk);
	event->started = known->started;
	event->syn_retransmits = known->syn_retransmits;
	event->srtt = tcp ? tcp->srtt_us >> 3 : 0;
	bpf_ringbuf_submit(event, 0);
}

/* SYN_SENT -> CLOSE: the error is already in the socket, the addresses still are. */
SUBPROGRAM void on_failed(struct sock *sk, struct connection *known, __u64 cookie, __u64 now)
{
	struct connect_failed *event;
	struct attempt *attempt = current_attempt(sk);
	int error = sk->sk_err;

	/* connect() itself gave up (no free port): its exit knows the error, the socket does not. */
	if (!error && attempt) {
		attempt->undone = 1;
		return;
	}
	event = RESERVE(EVENT_CONNECT_FAILED, struct connect_failed);
	if (!event)
		return;
	fill_connection(&event->connection, sk, cookie, now);
	fill_known(&event->connection, known, TCP_SYN_SENT);
	event->connection.role = ROLE_CLIENT;
	event->started = known->started;
	event->error = error;
	event->syn_retransmits = known->syn_retransmits;
	event->unsent_retransmits = known->unsent_retransmits;
	event->reserved = 0;
	bpf_ringbuf_submit(event, 0);
}

/* Any state -> CLOSE. Not tcp_destroy_sock: by then an aborted socket has lost its addresses. */
INLINE void on_closed(struct sock *sk, struct connection *known, int old, __u64 cookie, __u64 now)
{
	struct arrival *arrived;
	struct closed *event;
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);

	if (known->role == ROLE_SERVER && !known->owner.pid) {
		arrived = bpf_map_lookup_elem(&arrivals, &cookie);
		if (arrived) {
			if (arrived->owner.pid) {
				known->owner = arrived->owner;
				known->flags |= TAKEN;
			}
			bpf_map_delete_elem(&arrivals, &cookie);
		}
	}
	if (!tcp)
		return;
	event = RESERVE(EVENT_CLOSED, struct closed);
	if (!event)
		return;
	fill_connection(&event->connection, sk, cookie, now);
	fill_known(&event->connection, known, old);
	event->started = known->started;
	event->established = known->established;
	event->error = sk->sk_err;
	event->reserved = 0;
	fill_traffic(&event->traffic, tcp, known, now);
	mark_ends(&event->connection, tcp, old);
	bpf_ringbuf_submit(event, 0);
}

SEC("tp_btf/inet_sock_set_state")
int tcp_state(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	int old = ctx[1], new = ctx[2];
	struct connection *known;
	__u64 now, cookie;

	if (old == TCP_LISTEN && new != TCP_SYN_RECV)
		return 0;
	if (new != TCP_SYN_SENT && new != TCP_SYN_RECV && new != TCP_ESTABLISHED && new != TCP_CLOSE &&
	    new != TCP_LISTEN)
		return 0;
	if (old == new || !is_tcp(sk))
		return 0;
	now = bpf_ktime_get_ns();
	if (new == TCP_SYN_RECV) {
		if (old == TCP_LISTEN)
			on_arriving(sk, now);
		return 0;
	}
	if (new == TCP_LISTEN) {
		on_listening(sk, now);
		return 0;
	}
	cookie = bpf_get_socket_cookie(sk);
	if (new == TCP_SYN_SENT) {
		on_started(sk, cookie, now);
	} else if (new == TCP_ESTABLISHED) {
		on_established(sk, old, cookie, now);
	} else {
		struct connection unknown = {};

		known = bpf_sk_storage_get(&connections, sk, 0, 0);
		if (old == TCP_SYN_SENT)
			on_failed(sk, known ?: &unknown, cookie, now);
		else
			on_closed(sk, known ?: &unknown, old, cookie, now);
		if (known)
			known->ended = 1;
	}
	return 0;
}

SUBPROGRAM void emit_accepted(struct sock *sk, __u64 cookie, struct process *owner, __u64 established)
{
	struct accepted *event = RESERVE(EVENT_ACCEPTED, struct accepted);

	if (!event)
		return;
	fill_connection(&event->connection, sk, cookie,
			bpf_ktime_get_ns());
	event->connection.process = *owner;
	event->connection.role = ROLE_SERVER;
	event->connection.state = PROBE(sk->__sk_common.skc_state);
	event->connection.flags = TAKEN | (established ? SEEN_FROM_START : 0);
	event->established = established;
	bpf_ringbuf_submit(event, 0);
}

/* A read or write runs in the context of the process that does it: the first one tells the owner. */
SUBPROGRAM int on_transfer(struct sock *sk)
{
	struct connection *known = bpf_sk_storage_get(&connections, sk, 0, 0);
	struct arrival *arrived;
	__u64 cookie;
	int state;

	if (known && (known->owner.pid || known->ended))
		return 0;
	if (!is_tcp(sk))
		return 0;
	if (!known) {
		/* Older than the program: its role stays unknown. */
		state = sk->__sk_common.skc_state;
		if (state == TCP_CLOSE || state == TCP_LISTEN)
			return 0;
		known = bpf_sk_storage_get(&connections, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (!known)
			return 0;
	}
	known->flags |= TAKEN;
	if (known->role != ROLE_SERVER) {
		name_current(&known->owner);
		return 0;
	}
	cookie = bpf_get_socket_cookie(sk);
	arrived = bpf_map_lookup_elem(&arrivals, &cookie);
	if (arrived && arrived->owner.pid) {
		known->owner = arrived->owner;
	} else {
		/* Accepted by a way that is no system call: io_uring, the kernel itself. */
		name_current(&known->owner);
		emit_accepted(sk, cookie, &known->owner, known->established);
	}
	bpf_map_delete_elem(&arrivals, &cookie);
	return 0;
}

SEC("tp_btf/sock_send_length")
int tcp_send(__u64 *ctx)
{
	on_transfer((struct sock *)ctx[0]);
	bpf_tail_call(ctx, &next_sent, 0);
	return 0;
}

SEC("tp_btf/sock_recv_length")
int tcp_receive(__u64 *ctx)
{
	on_transfer((struct sock *)ctx[0]);
	bpf_tail_call(ctx, &next_received, 0);
	return 0;
}

/* The socket behind a descriptor of the current process, 0 where it is none of TCP. */
SUBPROGRAM struct sock *tcp_socket(unsigned int number, int *state)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct files_struct *files = PROBE(task->files);
	struct fdtable *table = PROBE(files->fdt);
	struct file **slot = PROBE(table->fd), *file = 0;
	struct socket *socket;
	struct inode *inode;
	struct sock *sk;

	if (number >= PROBE(table->max_fds))
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), slot + number);
	if (!file)
		return 0;
	inode = PROBE(file->f_inode);
	if ((PROBE(inode->i_mode) & S_IFMT) != S_IFSOCK)
		return 0;
	socket = PROBE(file->private_data);
	sk = PROBE(socket->sk);
	*state = PROBE(socket->state);
	return sk && is_tcp(sk) ? sk : 0;
}

SUBPROGRAM int on_accepted(long number)
{
	struct arrival arrival = {}, *arrived;
	struct sock *sk;
	__u64 cookie;
	int state;

	if (number < 0)
		return 0;
	sk = tcp_socket(number, &state);
	if (!sk)
		return 0;
	cookie = PROBE(sk->__sk_common.skc_cookie.counter);
	name_current(&arrival.owner);
	arrived = bpf_map_lookup_elem(&arrivals, &cookie);
	if (arrived) {
		arrived->owner = arrival.owner;
		arrival.established = arrived->established;
	} else if (cookie && PROBE(sk->__sk_common.skc_state) != TCP_CLOSE) {
		bpf_map_update_elem(&arrivals, &cookie, &arrival, BPF_ANY);
	}
	emit_accepted(sk, cookie, &arrival.owner, arrival.established);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_accept")
int accept_exit(struct trace_event_raw_sys_exit *ctx)
{
	return on_accepted(ctx->ret);
}

SEC("tracepoint/syscalls/sys_exit_accept4")
int accept4_exit(struct trace_event_raw_sys_exit *ctx)
{
	return on_accepted(ctx->ret);
}

/* Both families' socket addresses as user space passes them: include/uapi/linux/in{,6}.h. */
struct user_address {
	__u16 family;
	__be16 port;
	__be32 v4;
	__u8 v6[16];
};

/*
 * connect() may fail before any state changes (no route to the network) or undo the change on its
 * own (no free port). Nothing but its return tells so.
 */
SEC("tracepoint/syscalls/sys_enter_connect")
int connect_enter(struct trace_event_raw_sys_enter *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const void *user = (const void *)ctx->args[1];
	unsigned int length = ctx->args[2];
	struct user_address address = {};
	struct attempt *attempt;
	struct sock *sk;
	int state = 0;

	if (bpf_probe_read_user(&address, 8, user) ||
	    (address.family != AF_INET && address.family != AF_INET6))
		return 0;
	sk = tcp_socket(ctx->args[0], &state);
	/* A later call on a pending socket only asks how the first one went. */
	if (!sk || state != SS_UNCONNECTED)
		return 0;
	attempt = bpf_task_storage_get(&attempts, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!attempt)
		return 0;
	attempt->socket = (__u64)sk;
	attempt->started = bpf_ktime_get_ns();
	attempt->port = be16_to_host(address.port);
	attempt->sent = 0;
	attempt->undone = 0;
	if (address.family == AF_INET) {
		map_address(attempt->address, address.v4);
	} else {
		__builtin_memset(attempt->address, 0, 16);
		if (length >= 24)
			bpf_probe_read_user(attempt->address, 16, user + 8);
	}
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_connect")
int connect_exit(struct trace_event_raw_sys_exit *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct attempt *attempt = bpf_task_storage_get(&attempts, task, 0, 0);
	struct connect_failed *event;
	long error = -ctx->ret;
	struct sock *sk;

	if (!attempt || !attempt->socket)
		return 0;
	sk = (struct sock *)attempt->socket;
	attempt->socket = 0;
	if (error <= 0 || error == EINPROGRESS || error == EALREADY || error == EISCONN ||
	    error == EINTR || error == ERESTARTSYS || (attempt->sent && !attempt->undone))
		return 0;
	event = RESERVE(EVENT_CONNECT_FAILED, struct connect_failed);
	if (!event)
		return 0;
	fill_connection(&event->connection, sk, PROBE(sk->__sk_common.skc_cookie.counter), bpf_ktime_get_ns());
	/* The socket was never given, or has lost, the address that was asked for. */
	__builtin_memcpy(event->connection.remote_address, attempt->address, 16);
	event->connection.remote_port = attempt->port;
	name_current(&event->connection.process);
	event->connection.role = ROLE_CLIENT;
	event->connection.state = TCP_CLOSE;
	event->connection.flags = SEEN_FROM_START | TAKEN | FAILED_LOCALLY;
	event->started = attempt->started;
	event->error = error;
	event->syn_retransmits = 0;
	event->unsent_retransmits = 0;
	event->reserved = 0;
	bpf_ringbuf_submit(event, 0);
	return 0;
}
