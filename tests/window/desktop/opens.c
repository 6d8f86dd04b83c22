/* Loaded into the window and, by inheritance, into every program it starts. Each tries, before its own code runs, to open
   the files named in CABINET_TRIED (separated by colons; a trailing slash means: make a file in that folder) and writes
   down which program got what, a line a try, into CABINET_TOLD. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void try_one(int told, const char *path) {
  size_t length = strlen(path);
  int making = length > 0 && path[length - 1] == '/';
  /* A file without a name: nothing is left of it. */
  int got = making ? open(path, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) : open(path, O_RDONLY | O_CLOEXEC);
  int error = errno;
  if (got >= 0) close(got);
  char line[4096];
  int size = snprintf(line, sizeof line, "%s\t%s\t%s\n", program_invocation_short_name, path,
                      got >= 0 ? "opened" : strerrorname_np(error));
  if (size > 0 && (size_t)size < sizeof line && write(told, line, (size_t)size) < 0) _exit(97);
}

__attribute__((constructor)) static void tell(void) {
  const char *paths = getenv("CABINET_TRIED"), *place = getenv("CABINET_TOLD");
  if (!paths || !place) return;
  int told = open(place, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (told < 0) return;
  char *list = strdup(paths), *rest = list, *path;
  while (list && (path = strsep(&rest, ":"))) try_one(told, path);
  free(list);
  close(told);
}
