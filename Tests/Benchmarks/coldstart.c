// A cold start with nothing around it: starts a runtime program, answers its first /next with an event at once, and takes the
// time from the start to the last byte of its response. The program is killed and started again each round.
// Prints one duration in microseconds a line.
// usage: coldstart COUNT EVENT RUNTIME [ARGUMENT...]
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 64 << 10, WAIT_MILLISECONDS = 10000, WARM_UP_ROUNDS = 2 };

extern char **environ;

static double microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static bool readable(int descriptor) {
    struct pollfd wanted = {.fd = descriptor, .events = POLLIN};
    return poll(&wanted, 1, WAIT_MILLISECONDS) == 1;
}

// One request, by its Content-Length.
static bool receive_request(int connection, char *message) {
    size_t have = 0;
    for (;;) {
        if (have == MESSAGE_BYTES - 1 || !readable(connection)) return false;
        ssize_t count = read(connection, message + have, MESSAGE_BYTES - 1 - have);
        if (count <= 0) return false;
        have += (size_t)count;
        message[have] = 0;
        const char *end = strstr(message, "\r\n\r\n");
        if (!end) continue;
        const char *length = strcasestr(message, "\r\ncontent-length:");
        size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
        if (have >= (size_t)(end + 4 - message) + body) return true;
    }
}

// Leaves the connection open: a runtime that sees its end would connect again, and be taken for the next round's.
static bool serve_one(int listener, const char *event, int *connected) {
    static char message[MESSAGE_BYTES];
    if (!readable(listener)) return false;
    int connection = *connected = accept(listener, NULL, NULL), one = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    bool done = receive_request(connection, message) && strncmp(message, "GET ", 4) == 0;
    if (done) {
        int length = snprintf(
            message, sizeof message,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            "Lambda-Runtime-Aws-Request-Id: 00000000-0000-4000-8000-000000000001\r\n"
            "Lambda-Runtime-Deadline-Ms: 1893456000000\r\n"
            "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:Hello\r\n"
            "Lambda-Runtime-Trace-Id: Root=1-00000000-000000000000000000000000;Sampled=0\r\n"
            "Content-Length: %zu\r\n\r\n%s",
            strlen(event), event);
        done = length < (int)sizeof message && write(connection, message, (size_t)length) == length &&
               receive_request(connection, message) && strncmp(message, "POST ", 5) == 0 && strstr(message, "/response HTTP");
    }
    return done;
}

int main(int count, char **arguments) {
    if (count < 4) return fputs("usage: coldstart COUNT EVENT RUNTIME [ARGUMENT...]\n", stderr), 2;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 16)) return perror("listen"), 1;
    getsockname(listener, (struct sockaddr *)&address, &size);
    char api[64];
    snprintf(api, sizeof api, "127.0.0.1:%d", ntohs(address.sin_port));
    setenv("AWS_LAMBDA_RUNTIME_API", api, 1);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);

    for (int round = -WARM_UP_ROUNDS; round < atoi(arguments[1]); round++) {
        pid_t process;
        double start = microseconds();
        if (posix_spawn(&process, arguments[3], NULL, &attributes, arguments + 3, environ)) return perror("spawn"), 1;
        int connection = -1;
        bool answered = serve_one(listener, arguments[2], &connection);
        double end = microseconds();
        kill(-process, SIGKILL);
        waitpid(process, NULL, 0);
        close(connection);
        if (!answered) return fprintf(stderr, "%s gave no response\n", arguments[3]), 1;
        if (round >= 0) printf("%.0f\n", end - start);
    }
    return 0;
}
