// What Swift can't do between fork and exec: code that runs there may only make system calls, and a Swift runtime may allocate or
// take a lock at any point; and calls that Swift's own module of the C library doesn't have. Everything else about
// processes is Swift, in ExecutionEnvironments.
#ifndef CPROCESS_H
#define CPROCESS_H

#include <stdint.h>
#include <sys/types.h>

/// How to start one process. All texts are absolute and end with NUL; arrays end with NULL.
struct martlet_spawn_request {
    const char *executable;
    char *const *arguments;
    char *const *environment;
    const char *working_directory;
    /// Becomes stdout and stderr of the process.
    int output_descriptor;
    /// The process group to join, or 0 for a new one led by the process.
    pid_t process_group;
    /// Resource limits; 0 leaves the host's.
    uint64_t open_files;
    uint64_t data_bytes;
    uint64_t file_bytes;
    /// A cgroup's open `cgroup.procs`, or -1.
    int cgroup_descriptor;
    /// The guardian's pipe, told the new process group before the program runs, or -1.
    int guardian_descriptor;
};

/// Where starting a process failed.
enum martlet_spawn_stage {
    MARTLET_SPAWN_FORK = 1,
    MARTLET_SPAWN_SETUP,
    MARTLET_SPAWN_WORKING_DIRECTORY,
    MARTLET_SPAWN_EXECUTE,
};

/// Starts a process in its own group, with empty stdin, no inherited descriptors, default signals, and (Linux) a SIGKILL of its
/// own when the calling thread's process dies. Returns 0, or an errno with its stage.
int martlet_spawn(const struct martlet_spawn_request *request, pid_t *process, int *stage);

/// Starts the guardian: a process that waits for the host's end and then kills every process group it was told of and (Linux)
/// every process whose environment holds `marker`; and all that is left in the cgroup `cgroup`, which it removes with the groups
/// in it (a folder, or NULL for none). Returns the write end of its pipe, or -1 with errno.
/// Only processes that a host started can carry its marker, which is random.
int martlet_guardian_start(const char *marker, const char *cgroup, pid_t *process);

/// Tells the guardian that a process group is gone.
void martlet_guardian_forget(int guardian_descriptor, pid_t process_group);

/// Kills every process whose environment holds one of the markers, which all have one length; how many were found. Reads all of
/// /proc (Linux; elsewhere it finds none): some milliseconds.
int martlet_kill_marked(const char *const *markers, int count_of_markers);

/// A descriptor that becomes readable when the process ends (Linux), or -1 with errno.
int martlet_process_descriptor(pid_t process);

#ifdef __linux__
/// What becomes of a descriptor at a poll.
enum martlet_poll_operation {
    MARTLET_POLL_ADD = 1,
    /// It stays registered; only the other side's end is told.
    MARTLET_POLL_PAUSE,
    MARTLET_POLL_RESUME,
    MARTLET_POLL_REMOVE,
};

/// A poll (epoll) for ``martlet_poll_set`` and ``martlet_poll_wait``, or -1 with errno.
int martlet_poll_create(void);

/// Registers a descriptor under a number, or changes that. What is new at a descriptor is told once (edges). 0, or -1 with errno.
int martlet_poll_set(int poll, int descriptor, uint64_t number, enum martlet_poll_operation operation);

/// Waits for something new, and puts down the numbers under which there is; how many, or -1 with errno.
int martlet_poll_wait(int poll, uint64_t *numbers, int most);
#endif

/// Lets a process make files of at most `bytes`, and itself raise that to `most` again (Linux; elsewhere it does nothing). One
/// that has ended meanwhile is none.
void martlet_limit_files(pid_t process, uint64_t bytes, uint64_t most);

/// Gives memory that was freed and is still held for the next use back to the system (glibc; elsewhere it does nothing).
void martlet_return_free_memory(void);

/// Exit status as the shell knows it.
int martlet_exited(int status);
int martlet_exit_code(int status);
int martlet_term_signal(int status);
int martlet_dumped_core(int status);

#endif
