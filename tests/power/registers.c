/*
 * Loaded into a user-mode Linux: lets it run on a processor with more registers than it has room for.
 *
 * PTRACE_SETREGSET takes the whole table of a process's extended registers or none (EINVAL, EFAULT). A kernel
 * that was built before the processor hands over the beginning of the table; here the rest is filled in with
 * what the process has there already. Every other request goes through as it is.
 */
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

long ptrace(enum __ptrace_request request, ...)
{
	static _Thread_local char table[1 << 16];
	va_list words;
	va_start(words, request);
	pid_t process = va_arg(words, pid_t);
	void *address = va_arg(words, void *);
	void *data = va_arg(words, void *);
	va_end(words);

	if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE) {
		const struct iovec *beginning = data;
		struct iovec whole = { table, sizeof table };
		if (syscall(SYS_ptrace, PTRACE_GETREGSET, process, address, &whole) == 0
		    && beginning->iov_len < whole.iov_len) {
			memcpy(table, beginning->iov_base, beginning->iov_len);
			return syscall(SYS_ptrace, request, process, address, &whole);
		}
	}

	/* The kernel writes what it peeked at; the library's function returns it. */
	long peeked = 0;
	int peeks = request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER;
	long answer = syscall(SYS_ptrace, request, process, address, peeks ? &peeked : data);
	if (peeks && answer == 0) {
		errno = 0;
		return peeked;
	}
	return answer;
}
