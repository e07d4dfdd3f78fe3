#!/bin/sh
# setup.sh -- installs what is missing: `build` what bpgen needs, `tests` also what the tests need, `coverage` also what
# `make coverage` needs, `lint` also the analysers.
# Without root it names the packages.
set -eu

missing=""
need_command() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need_header() { echo "#include <$1>" | ${CC:-cc} -E - >/dev/null 2>&1 || missing="$missing $2"; }

need_command "${CC:-gcc}" gcc
need_command flex flex
need_command bison bison
if [ "${1:-build}" != build ]; then
    need_command clang clang
    need_command g++ g++
    need_command xmllint libxml2-utils
    need_command python3 python3
    need_header mpfr.h libmpfr-dev
    need_header gmp.h libgmp-dev
fi
if [ "${1:-build}" = coverage ]; then
    need_command gcovr gcovr
fi
if [ "${1:-build}" = lint ]; then
    need_command clang-tidy clang-tidy
    need_command cppcheck cppcheck
    need_command shellcheck shellcheck
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing:$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=900 update -qq
    # shellcheck disable=SC2086 # a list of packages
    apt-get -o DPkg::Lock::Timeout=900 install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
fi

echo "These packages are missing:$missing"
echo "  Debian, Ubuntu:  sudo apt-get install$missing"
echo "  Fedora:          sudo dnf install$(echo "$missing" | sed 's/libmpfr-dev/mpfr-devel/; s/libgmp-dev/gmp-devel/; s/g++/gcc-c++/; s/libxml2-utils/libxml2/')"
echo "  Arch:            sudo pacman -S$(echo "$missing" | sed 's/libmpfr-dev/mpfr/; s/libgmp-dev/gmp/; s/g++/gcc/; s/libxml2-utils/libxml2/')"
echo "  Homebrew:        brew install$(echo "$missing" | sed 's/libmpfr-dev/mpfr/; s/libgmp-dev/gmp/; s/clang/llvm/; s/g++/gcc/; s/libxml2-utils/libxml2/')"
exit 1
