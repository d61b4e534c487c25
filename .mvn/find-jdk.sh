# Sourced by the scripts: find_jdk N sets and exports JAVA_HOME to a JDK of version N or newer,
# looked for in JAVA_HOME, on the PATH, and in the folders where distributions put JDKs.

# Prints the feature version of the JDK in $1, nothing where there is none. Reads the release file: starting a JVM for each candidate takes too long.
jdk_version() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' "$1/release"
}

find_jdk() {
  local least=$1 candidate version best="" best_version=0
  if [ -n "${JAVA_HOME:-}" ]; then
    version=$(jdk_version "$JAVA_HOME")
    if [ "${version:-0}" -ge "$least" ]; then export JAVA_HOME; return 0; fi
  fi
  if command -v javac >/dev/null 2>&1; then
    candidate=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    version=$(jdk_version "$candidate")
    if [ "${version:-0}" -ge "$least" ]; then export JAVA_HOME=$candidate; return 0; fi
  fi
  for candidate in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "${HOME:-/root}"/.sdkman/candidates/java/* "${HOME:-/root}"/.jdks/*; do
    version=$(jdk_version "$candidate")
    if [ "${version:-0}" -ge "$least" ] && [ "$version" -gt "$best_version" ]; then best=$candidate best_version=$version; fi
  done
  if [ -z "$best" ]; then
    {
      echo "ebpf4j needs a JDK $least or newer and found none in JAVA_HOME, on the PATH or in the usual folders (/usr/lib/jvm, ~/.sdkman, ~/.jdks)."
      echo "Install one (Debian 13: apt-get install openjdk-$least-jdk; elsewhere: Eclipse Temurin $least), or set JAVA_HOME to one."
    } >&2
    return 1
  fi
  export JAVA_HOME=$best
}
