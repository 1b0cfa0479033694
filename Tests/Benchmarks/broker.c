// The floor: the path client -> server -> long-polling runtime process -> server -> client in one epoll thread with the least
// possible HTTP. It knows the happy path only, trusts its clients, and starts COUNT copies of a runtime program. Linux only.
// usage: broker INVOKE-PORT RUNTIME-PORT COUNT RUNTIME [ARGUMENT...]
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

// The ring of waiting clients and the table of invocations are indexed by the low 16 bits, so RING is 2^16.
enum { CONNECTIONS_MAX = 4096, RING = 1 << 16, EVENTS = 256, READ_BYTES = 64 << 10, MESSAGE_BYTES = 8 << 20 };
enum side { CLIENT, RUNTIME };

struct connection {
    int descriptor;
    enum side side;
    char *bytes;
    size_t have, capacity, body_at, body_length;
};

static struct connection connections[CONNECTIONS_MAX];  // by descriptor
static int client_of[RING];                             // by invocation
static int idle[CONNECTIONS_MAX], idle_count;           // runtimes that wait in /next
static int queue[RING];                                 // clients; the payload waits in their own buffer
static unsigned queue_head, queue_tail;
static long invocation = 1;
static int poll_set;
static char scratch[MESSAGE_BYTES];

static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 512)) {
        perror("listen");
        exit(1);
    }
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poll_set, EPOLL_CTL_ADD, listener, &event);
    return listener;
}

static void accept_all(int listener, enum side side) {
    int descriptor, one = 1;
    while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (descriptor >= CONNECTIONS_MAX) {
            close(descriptor);
            continue;
        }
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct connection *connection = &connections[descriptor];
        connection->descriptor = descriptor;
        connection->side = side;
        connection->have = 0;
        struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
        epoll_ctl(poll_set, EPOLL_CTL_ADD, descriptor, &event);
    }
}

static void send_all(int descriptor, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = write(descriptor, bytes, count);
        if (sent < 0) {
            if (errno == EAGAIN) continue;
            return;
        }
        bytes += sent;
        count -= (size_t)sent;
    }
}

static void send_with_body(int descriptor, int head, const struct connection *source) {
    if ((size_t)head + source->body_length > MESSAGE_BYTES) exit(1);
    memcpy(scratch + head, source->bytes + source->body_at, source->body_length);
    send_all(descriptor, scratch, (size_t)head + source->body_length);
}

static void deliver(int client, int runtime) {
    long id = invocation++;
    client_of[id & (RING - 1)] = client;
    int head = sprintf(
        scratch,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Lambda-Runtime-Aws-Request-Id: 00000000-0000-4000-8000-%012ld\r\n"
        "Lambda-Runtime-Deadline-Ms: 1893456000000\r\n"
        "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:Bench\r\n"
        "Lambda-Runtime-Trace-Id: Root=1-00000000-000000000000000000000000;Sampled=0\r\nContent-Length: %zu\r\n\r\n",
        id, connections[client].body_length);
    send_with_body(runtime, head, &connections[client]);
}

static void respond(struct connection *runtime) {
    static const char accepted[] =
        "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n";
    const char *id = strstr(runtime->bytes, "-8000-");
    int client = client_of[(id ? atol(id + 6) : 0) & (RING - 1)];
    int head = sprintf(
        scratch,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Amz-Executed-Version: $LATEST\r\nContent-Length: %zu\r\n\r\n",
        runtime->body_length);
    send_with_body(client, head, runtime);
    send_all(runtime->descriptor, accepted, sizeof accepted - 1);
}

static void handle(struct connection *connection) {
    if (connection->side == CLIENT) {
        if (idle_count > 0)
            deliver(connection->descriptor, idle[--idle_count]);
        else
            queue[queue_tail++ % RING] = connection->descriptor;
    } else if (strncmp(connection->bytes, "GET", 3) != 0) {
        respond(connection);
    } else if (queue_head != queue_tail) {
        deliver(queue[queue_head++ % RING], connection->descriptor);
    } else {
        idle[idle_count++] = connection->descriptor;
    }
}

// Takes the messages that are complete. A handled message is dropped from the buffer's count, not from the buffer: the payload of
// a queued client stays where it is, as its client sends nothing more before the answer.
static void handle_complete(struct connection *connection) {
    char *end;
    while (connection->have > 0 && (end = memmem(connection->bytes, connection->have, "\r\n\r\n", 4))) {
        const char *length = strcasestr(connection->bytes, "\r\ncontent-length:");
        connection->body_at = (size_t)(end - connection->bytes) + 4;
        connection->body_length = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
        size_t total = connection->body_at + connection->body_length;
        if (connection->have < total) return;
        handle(connection);
        connection->have -= total;
        if (connection->have > 0) memmove(connection->bytes, connection->bytes + total, connection->have);
    }
}

static void on_readable(struct connection *connection) {
    for (;;) {
        if (connection->capacity - connection->have <= READ_BYTES) {
            connection->capacity = connection->capacity * 2 + 2 * READ_BYTES;
            connection->bytes = realloc(connection->bytes, connection->capacity);
            if (!connection->bytes) exit(1);
        }
        ssize_t count = read(
            connection->descriptor, connection->bytes + connection->have, connection->capacity - 1 - connection->have);
        if (count < 0 && errno == EAGAIN) return;
        if (count <= 0) {
            close(connection->descriptor);
            return;
        }
        connection->have += (size_t)count;
        connection->bytes[connection->have] = 0;
        handle_complete(connection);
        if (count < READ_BYTES) return;
    }
}

int main(int count, char **arguments) {
    if (count < 5) return fputs("usage: broker INVOKE-PORT RUNTIME-PORT COUNT RUNTIME [ARGUMENT...]\n", stderr), 2;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    poll_set = epoll_create1(EPOLL_CLOEXEC);
    int clients = listen_on(atoi(arguments[1])), runtimes = listen_on(atoi(arguments[2]));
    char api[64];
    snprintf(api, sizeof api, "127.0.0.1:%s", arguments[2]);
    setenv("AWS_LAMBDA_RUNTIME_API", api, 1);
    for (int index = 0; index < atoi(arguments[3]); index++) {
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            execv(arguments[4], arguments + 4);
            _exit(127);
        }
    }
    struct epoll_event events[EVENTS];
    for (;;) {
        int ready = epoll_wait(poll_set, events, EVENTS, -1);
        for (int index = 0; index < ready; index++) {
            int descriptor = events[index].data.fd;
            if (descriptor == clients)
                accept_all(clients, CLIENT);
            else if (descriptor == runtimes)
                accept_all(runtimes, RUNTIME);
            else
                on_readable(&connections[descriptor]);
        }
    }
}
