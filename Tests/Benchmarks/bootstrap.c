// The smallest custom runtime for the Runtime API 2018-06-01: one blocking keep-alive connection, every invocation answered with
// its own payload. Works under any host that sets AWS_LAMBDA_RUNTIME_API=HOST:PORT; a path behind the port is kept as a prefix.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 8 << 20, HEAD_BYTES = 512 };

static char message[MESSAGE_BYTES + 1];
static char answer[HEAD_BYTES + MESSAGE_BYTES];
static size_t have, body_at, body_length;

static bool receive(int connection) {
    if (have == MESSAGE_BYTES) return false;
    ssize_t count = read(connection, message + have, MESSAGE_BYTES - have);
    if (count <= 0) return false;
    have += (size_t)count;
    message[have] = 0;
    return true;
}

// Joins the chunks in place, so that the body lies in one piece behind the head.
static bool receive_chunks(int connection) {
    size_t at = body_at;
    for (;;) {
        char *line;
        while (!(line = memmem(message + at, have - at, "\r\n", 2)))
            if (!receive(connection)) return false;
        size_t size = strtoul(message + at, NULL, 16);
        size_t data = (size_t)(line - message) + 2;
        if (size > MESSAGE_BYTES) return false;
        while (have < data + size + 2)
            if (!receive(connection)) return false;
        if (size == 0) return true;
        memmove(message + body_at + body_length, message + data, size);
        body_length += size;
        at = data + size + 2;
    }
}

static bool receive_message(int connection) {
    char *end;
    have = body_length = 0;
    do {
        if (!receive(connection)) return false;
    } while (!(end = memmem(message, have, "\r\n\r\n", 4)));
    body_at = (size_t)(end - message) + 4;
    *end = 0;  // Searches for headers end here.
    const char *length = strcasestr(message, "\r\ncontent-length:");
    if (length) {
        body_length = strtoul(length + 17, NULL, 10);
        while (have < body_at + body_length)
            if (!receive(connection)) return false;
        return true;
    }
    return !strcasestr(message, "\r\ntransfer-encoding: chunked") || receive_chunks(connection);
}

static bool send_message(int connection, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = write(connection, bytes, count);
        if (sent <= 0) return false;
        bytes += sent;
        count -= (size_t)sent;
    }
    return true;
}

static int connect_to(char *host) {
    char *colon = strrchr(host, ':');
    if (!colon) return -1;
    *colon = 0;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
    int connection = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) return -1;
    if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) return -1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return connection;
}

int main(void) {
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    char host[128], prefix[128] = "", next[HEAD_BYTES];
    if (!api || strlen(api) >= sizeof host) return fputs("AWS_LAMBDA_RUNTIME_API is not HOST:PORT\n", stderr), 2;
    strcpy(host, api);
    char *path = strchr(host, '/');
    if (path) {
        strcpy(prefix, path);
        *path = 0;
    }
    int connection = connect_to(host);
    if (connection < 0) return fprintf(stderr, "can't connect to %s\n", api), 1;
    int next_length = snprintf(
        next, sizeof next, "GET %s/2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: localhost\r\n\r\n", prefix);
    for (;;) {
        if (!send_message(connection, next, (size_t)next_length) || !receive_message(connection)) return 0;
        char id[128] = "";
        const char *header = strcasestr(message, "\r\nlambda-runtime-aws-request-id:");
        if (header) sscanf(header + 32, " %127[^\r]", id);
        int head = snprintf(
            answer, HEAD_BYTES,
            "POST %s/2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: localhost\r\n"
            "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
            prefix, id, body_length);
        memcpy(answer + head, message + body_at, body_length);
        if (!send_message(connection, answer, (size_t)head + body_length) || !receive_message(connection)) return 0;
    }
}
