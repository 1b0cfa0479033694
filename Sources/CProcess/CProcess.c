#define _GNU_SOURCE
#include "CProcess.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

static void close_from(int first) {
#if defined(__linux__) && defined(SYS_close_range)
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
#endif
    struct rlimit limit;
    int last = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
    for (int descriptor = first; descriptor < last; descriptor++) close(descriptor);
}

static int set_limit(int resource, uint64_t value) {
    if (value == 0) return 0;
    struct rlimit limit;
    if (getrlimit(resource, &limit)) return errno;
    if (limit.rlim_max != RLIM_INFINITY && value > limit.rlim_max) value = limit.rlim_max;
    limit.rlim_cur = limit.rlim_max = value;
    return setrlimit(resource, &limit) ? errno : 0;
}

// Appends a decimal number; returns the end.
static char *put_number(char *at, long value) {
    char digits[24];
    int count = 0;
    do digits[count++] = (char)('0' + value % 10);
    while (value /= 10);
    while (count) *at++ = digits[--count];
    return at;
}

static void tell_guardian(int descriptor, char verb, pid_t group) {
    if (descriptor < 0) return;
    char line[32] = {verb};
    char *end = put_number(line + 1, group);
    *end++ = '\n';
    // A write of less than PIPE_BUF bytes is whole or not at all; the guardian being gone leaves nothing to do.
    ssize_t written = write(descriptor, line, (size_t)(end - line));
    (void)written;
}

#ifdef __linux__
enum { BUSY_ATTEMPTS = 50 };

// Runs in the child, which shares the parent's memory until it executes: only system calls, and no change but to *stage and
// *error.
static void run_child(const struct martlet_spawn_request *request, pid_t parent, volatile int *stage, volatile int *error) {
    *stage = MARTLET_SPAWN_SETUP;
    if (setpgid(0, request->process_group)) goto failed;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL)) goto failed;
    if (getppid() != parent) _exit(127);
    if (request->process_group == 0) tell_guardian(request->guardian_descriptor, '+', getpid());
    if (request->cgroup_descriptor >= 0 && write(request->cgroup_descriptor, "0\n", 2) != 2) goto failed;
    int input = open("/dev/null", O_RDONLY);
    if (input < 0 || dup2(input, 0) < 0) goto failed;
    if (dup2(request->output_descriptor, 1) < 0 || dup2(request->output_descriptor, 2) < 0) goto failed;
    close_from(3);
    *error = set_limit(RLIMIT_NOFILE, request->open_files);
    if (*error == 0) *error = set_limit(RLIMIT_DATA, request->data_bytes);
    if (*error == 0) *error = set_limit(RLIMIT_FSIZE, request->file_bytes);
    if (*error) _exit(127);
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    *stage = MARTLET_SPAWN_WORKING_DIRECTORY;
    if (chdir(request->working_directory)) goto failed;
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    // Executing resets handlers by itself; only what the host ignores would stay ignored.
    for (int number = 1; number < 32; number++) {
        if (number == SIGKILL || number == SIGSTOP) continue;
        sigaction(number, &standard, NULL);
    }
    // A file that may not grow is an error of its write, as a full disk is, and not the end of the process.
    standard.sa_handler = SIG_IGN;
    sigaction(SIGXFSZ, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    *stage = MARTLET_SPAWN_EXECUTE;
    // A file that was written a moment ago is busy while another child, between its fork and its exec, still has the writer's
    // descriptor: that takes microseconds, on a crowded machine some milliseconds.
    struct timespec moment = {0, 1000000};
    for (int attempt = 0; attempt < BUSY_ATTEMPTS; attempt++) {
        execve(request->executable, request->arguments, request->environment);
        if (errno != ETXTBSY) break;
        nanosleep(&moment, NULL);
    }
failed:
    *error = errno;
    _exit(127);
}

// vfork: the child borrows the memory, so that starting costs the same however large the host has grown.
int martlet_spawn(const struct martlet_spawn_request *request, pid_t *process, int *stage_out) {
    volatile int stage = MARTLET_SPAWN_FORK, error = 0;
    pid_t parent = getpid();
    // Signals stay blocked until the child has its own handlers: a handler of the host must not run in the shared memory.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = vfork();
    if (child == 0) run_child(request, parent, &stage, &error);
    int fork_error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    *stage_out = stage;
    if (child < 0) return fork_error;
    if (error) {
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
        return error;
    }
    *process = child;
    return 0;
}
#else
#include <spawn.h>

// macOS has posix_spawn alone; it sets no resource limits and no signal for the host's death (the guardian covers that).
int martlet_spawn(const struct martlet_spawn_request *request, pid_t *process, int *stage_out) {
    *stage_out = MARTLET_SPAWN_EXECUTE;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(
        &attributes,
        POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_CLOEXEC_DEFAULT);
    posix_spawnattr_setpgroup(&attributes, request->process_group);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, request->output_descriptor, 1);
    posix_spawn_file_actions_adddup2(&actions, request->output_descriptor, 2);
    posix_spawn_file_actions_addchdir_np(&actions, request->working_directory);
    int error = posix_spawn(process, request->executable, &actions, &attributes, request->arguments, request->environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error == 0 && request->process_group == 0) tell_guardian(request->guardian_descriptor, '+', *process);
    return error;
}
#endif

void martlet_guardian_forget(int guardian_descriptor, pid_t process_group) {
    tell_guardian(guardian_descriptor, '-', process_group);
}

// --- The guardian ---

#define GUARDED_GROUPS 16384

#ifdef __linux__
struct directory_entry {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

static char *process_file(char *at, long process) {
    memcpy(at, "/proc/", 6);
    char *end = put_number(at + 6, process);
    memcpy(end, "/environ", 9);
    return at;
}

// Whether the environment of a process holds one of the markers. A window of a marker's length is kept from block to block.
static int is_marked(long process, const char *const *markers, int marker_count, size_t length) {
    char block[8192], path[64];
    int file = open(process_file(path, process), O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    size_t kept = 0;
    int found = 0;
    ssize_t count;
    while (!found && (count = read(file, block + kept, sizeof block - kept)) > 0) {
        size_t have = kept + (size_t)count;
        for (int index = 0; index < marker_count && !found; index++) found = memmem(block, have, markers[index], length) != NULL;
        kept = have < length ? have : length - 1;
        memmove(block, block + have - kept, kept);
    }
    close(file);
    return found;
}

int martlet_kill_marked(const char *const *markers, int count_of_markers) {
    char entries[4096];
    size_t length = count_of_markers > 0 ? strlen(markers[0]) : 0;
    int found = 0, folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return 0;
    long count;
    while ((count = syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0) {
        for (long at = 0; at < count;) {
            struct directory_entry *entry = (struct directory_entry *)(entries + at);
            at += entry->length;
            long process = 0;
            const char *digit = entry->name;
            while (*digit >= '0' && *digit <= '9') process = process * 10 + (*digit++ - '0');
            if (*digit || process <= 1 || process == getpid()) continue;
            if (is_marked(process, markers, count_of_markers, length) && kill((pid_t)process, SIGKILL) == 0) found++;
        }
    }
    close(folder);
    return found;
}

// Removes the groups in a cgroup and then itself; 0 when nothing is left of it. A group can't be removed while a process in it is
// ending.
static int remove_cgroup(const char *path) {
    char entries[4096];
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return errno == ENOENT ? 0 : -1;
    int kill = openat(folder, "cgroup.kill", O_WRONLY | O_CLOEXEC);
    if (kill >= 0) {
        // Kernels before 5.14 don't have it; what was told or marked has been killed there.
        ssize_t written = write(kill, "1", 1);
        (void)written;
        close(kill);
    }
    long count;
    while ((count = syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0) {
        for (long at = 0; at < count;) {
            struct directory_entry *entry = (struct directory_entry *)(entries + at);
            at += entry->length;
            if (entry->type == DT_DIR && entry->name[0] != '.') unlinkat(folder, entry->name, AT_REMOVEDIR);
        }
    }
    close(folder);
    return rmdir(path);
}
#else
static int remove_cgroup(const char *path) {
    (void)path;
    return 0;
}

int martlet_kill_marked(const char *const *markers, int count_of_markers) {
    (void)markers;
    (void)count_of_markers;
    return 0;
}
#endif

// Reads "+GROUP" and "-GROUP" lines until the host is gone. One process, one thread, no memory but its own tables.
static void guard(int input, const char *marker, const char *cgroup) {
    static pid_t groups[GUARDED_GROUPS];
    static char block[4096];
    int used = 0;
    char verb = 0;
    pid_t group = 0;
    ssize_t count;
    while ((count = read(input, block, sizeof block)) != 0) {
        if (count < 0) {
            if (errno == EINTR) continue;
            break;
        }
        for (ssize_t at = 0; at < count; at++) {
            char byte = block[at];
            if (byte == '+' || byte == '-') {
                verb = byte;
                group = 0;
            } else if (byte >= '0' && byte <= '9') {
                group = group * 10 + (byte - '0');
            } else if (verb == '+' && used < GUARDED_GROUPS) {
                groups[used++] = group;
            } else if (verb == '-') {
                for (int index = 0; index < used; index++) {
                    if (groups[index] == group) groups[index--] = groups[--used];
                }
            }
        }
    }
    for (int index = 0; index < used; index++) {
        if (groups[index] > 1) kill(-groups[index], SIGKILL);
    }
    // A killed process can have started another one just before: look again until none is left.
    for (int round = 0; round < 100 && martlet_kill_marked(&marker, 1) > 0; round++) {}
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    for (int round = 0; round < 100 && *cgroup && remove_cgroup(cgroup) != 0; round++) nanosleep(&pause, NULL);
    _exit(0);
}

int martlet_guardian_start(const char *marker, const char *cgroup, pid_t *process) {
    int ends[2];
    char own_cgroup[4096] = "";
    if (cgroup && strlen(cgroup) >= sizeof own_cgroup) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (cgroup) strcpy(own_cgroup, cgroup);
    if (pipe(ends)) return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    char own_marker[128];
    strncpy(own_marker, marker, sizeof own_marker - 1);
    own_marker[sizeof own_marker - 1] = 0;
    pid_t child = fork();
    if (child < 0) {
        int error = errno;
        close(ends[0]);
        close(ends[1]);
        errno = error;
        return -1;
    }
    if (child == 0) {
        // A session of its own, deaf to the terminal: Ctrl-C is for the host.
        setsid();
        signal(SIGINT, SIG_IGN);
        signal(SIGTERM, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        dup2(ends[0], 3);
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        close_from(4);
        guard(3, own_marker, own_cgroup);
    }
    close(ends[0]);
    *process = child;
    return ends[1];
}

int martlet_process_descriptor(pid_t process) {
#ifdef __linux__
    return (int)syscall(SYS_pidfd_open, process, 0);
#else
    (void)process;
    errno = ENOSYS;
    return -1;
#endif
}

#ifdef __linux__
int martlet_poll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int martlet_poll_set(int poll, int descriptor, uint64_t number, enum martlet_poll_operation operation) {
    struct epoll_event event = {.events = EPOLLET, .data.u64 = number};
    if (operation != MARTLET_POLL_PAUSE) event.events |= EPOLLIN;
    int change = operation == MARTLET_POLL_ADD ? EPOLL_CTL_ADD : operation == MARTLET_POLL_REMOVE ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
    return epoll_ctl(poll, change, descriptor, &event);
}

enum { EVENTS_AT_ONCE = 64 };

int martlet_poll_wait(int poll, uint64_t *numbers, int most) {
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(poll, events, most < EVENTS_AT_ONCE ? most : EVENTS_AT_ONCE, -1);
    for (int index = 0; index < count; index++) numbers[index] = events[index].data.u64;
    return count;
}
#endif

void martlet_limit_files(pid_t process, uint64_t bytes, uint64_t most) {
#ifdef __linux__
    struct rlimit limit = {bytes, most};
    prlimit(process, RLIMIT_FSIZE, &limit, NULL);
#else
    (void)process;
    (void)bytes;
    (void)most;
#endif
}

void martlet_return_free_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

int martlet_exited(int status) { return WIFEXITED(status); }
int martlet_exit_code(int status) { return WEXITSTATUS(status); }
int martlet_term_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }
int martlet_dumped_core(int status) { return WIFSIGNALED(status) && WCOREDUMP(status); }
