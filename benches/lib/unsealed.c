/* Loaded before a program, answers "done" in the kernel's place to a system call filter and to Landlock: the same program
   without its seal and walls, for one comparison. It can do so only because whoever starts a program may put anything
   before it; the privacy page of such a window says that nothing is sealed. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <sys/syscall.h>

long syscall(long number, ...) {
  static long (*real)(long, ...);
  long a[6];
  va_list rest;
  va_start(rest, number);
  for (int n = 0; n < 6; n++) a[n] = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_seccomp || number == SYS_landlock_restrict_self) return 0;
  if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
