#!/usr/bin/env bash
# Builds the FFmpeg that release wheels carry: minimal, static, LGPL 2.1 or later, without GPL parts.
#
#   deploy/ffmpeg/build.sh [DIRECTORY]          default: build/ffmpeg in the repository
#
# Result: DIRECTORY/prefix, for
#
#   PKG_CONFIG_PATH=DIRECTORY/prefix/lib/pkgconfig cargo build --features static
#
# Sources are the upstream tarballs in Debian's source packages of a later suite, fetched by name and version through the
# machine's configured mirror under a private apt configuration (the system's is not touched), and pinned by checksum.
# When the mirror has moved on to a newer version, raise the pins below, or put the old tarballs into DIRECTORY/sources.
# A second run does only what is missing. Needs no root.
#
# Tools: build-essential nasm pkg-config meson ninja-build xz-utils libssl-dev zlib1g-dev.
# Environment: JOBS (default: all cores), SUITE (default: trixie), APT_SOURCES (the file that names the mirror).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=${1:-$root/build/ffmpeg}
mkdir -p "$work"
work=$(cd "$work" && pwd)
jobs=${JOBS:-$(nproc)}
suite=${SUITE:-trixie}
sources=$work/sources
prefix=$work/prefix
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# name, version, SHA-256 of the upstream tarball
pins=(
  "ffmpeg 7:7.1.5-0+deb13u1 de668509caf9e35e3cd162473441fdb29538c6d96ed080292b3cf9e6fc5d558f"
  "dav1d 1.5.1-1 401813f1f89fa8fd4295805aa5284d9aed9bc7fc1fdbe554af4292f64cbabe21"
  "nv-codec-headers 12.1.14.0-1 0ca1a0c85b149646fa6ce4d600584507fdccf5a23d58e668d8701e89cee0c3fb"
)

demuxers=rtsp,rtp,sdp,hls,mov,matroska,avi,mpegts,mpegps,mpegvideo,h264,hevc,m4v,av1,obu,ivf,mjpeg,mpjpeg,image2,image2pipe,image_jpeg_pipe,rawvideo,yuv4mpegpipe,flv,asf,gif
decoders=h264,hevc,mjpeg,mpeg4,msmpeg4v2,msmpeg4v3,mpeg1video,mpeg2video,h263,vp8,vp9,av1,libdav1d,png,gif,rawvideo
nvdec_decoders=h264_cuvid,hevc_cuvid,mjpeg_cuvid,mpeg1_cuvid,mpeg2_cuvid,mpeg4_cuvid,vp8_cuvid,vp9_cuvid,av1_cuvid
nvdec_hwaccels=h264_nvdec,hevc_nvdec,mjpeg_nvdec,mpeg2_nvdec,mpeg4_nvdec,vp8_nvdec,vp9_nvdec,av1_nvdec
parsers=h264,hevc,mjpeg,mpeg4video,mpegvideo,h263,vp8,vp9,av1,png,gif
filters=h264_mp4toannexb,hevc_mp4toannexb,mpeg4_unpack_bframes,extract_extradata,vp9_superframe_split,av1_frame_split,av1_frame_merge,null,dump_extra
protocols=file,pipe,tcp,udp,rtp,rtmp,http,httpproxy,crypto,data,concat,tls,https

say() { printf '%s ffmpeg: %s\n' "$(date +%H:%M:%S)" "$*"; }
die() { printf 'ffmpeg: %s\n' "$*" >&2; exit 1; }

# Runs a command with its output in a log; shows the log's end where it fails.
logged() {
  local log=$work/$1.log
  shift
  "$@" >>"$log" 2>&1 || { tail -n 30 "$log" >&2; die "failed: $*; whole log: $log"; }
}

check_tools() {
  local tool missing=()
  for tool in gcc make nasm pkg-config meson ninja xz apt-get sha256sum; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [ ${#missing[@]} -eq 0 ] || die "these tools are missing: ${missing[*]} (see the head of this script)"
  pkg-config --exists openssl zlib || die "headers are missing: install libssl-dev and zlib1g-dev"
}

# Prints the first Debian mirror that this machine is configured with.
mirror() {
  local file
  for file in ${APT_SOURCES:-/etc/apt/sources.list.d/debian.sources /etc/apt/sources.list}; do
    [ -r "$file" ] || continue
    sed -nE -e 's/^URIs:[[:space:]]*([^[:space:]]+).*/\1/p' \
            -e 's/^deb(-src)?[[:space:]]+(\[[^]]*\][[:space:]]+)?([a-z+]+:[^[:space:]]+).*/\3/p' "$file"
  done | head -n 1
}

private_apt() {
  "$@" -o Dir::State::Lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" \
    -o Dir::Etc::SourceList="$work/apt/sources.list" -o Dir::Etc::SourceParts=- -o APT::Get::List-Cleanup=false
}

verified() { [ -f "$1" ] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status; }

# Reads the package list once in a run in which something has to be fetched.
use_mirror() {
  local uri
  [ -z "${mirror_is_read:-}" ] || return 0
  uri=$(mirror)
  [ -n "$uri" ] || die "no Debian mirror is configured on this machine; name the file that has one in APT_SOURCES"
  mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
  printf 'deb-src [signed-by=%s] %s %s main\n' "$keyring" "$uri" "$suite" >"$work/apt/sources.list"
  say "reading the package list of $suite"
  logged apt private_apt apt-get update
  mirror_is_read=yes
}

fetch() {
  local name=$1 version=$2 checksum=$3 upstream tarball
  upstream=${version#*:}
  tarball=$sources/${name}_${upstream%-*}.orig.tar.xz
  if ! verified "$tarball" "$checksum"; then
    use_mirror
    say "fetching $name $version"
    (cd "$sources" && logged apt private_apt apt-get source --download-only --tar-only "$name=$version")
    verified "$tarball" "$checksum" || die "$tarball does not have the pinned checksum $checksum"
  fi
  if [ ! -f "$work/$name/.unpacked-$checksum" ]; then
    say "unpacking $name $version"
    rm -rf "${work:?}/$name"
    mkdir "$work/$name"
    logged unpack tar --extract --xz --file "$tarball" --directory "$work/$name" --strip-components=1
    touch "$work/$name/.unpacked-$checksum"
  fi
}

# Runs a stage once for each state of this script.
stage() {
  local stamp=$work/.$1-$recipe
  if [ -f "$stamp" ]; then
    say "$1: up to date"
    return
  fi
  say "$1: building with $jobs jobs"
  "$1"
  touch "$stamp"
}

headers_nvidia() {
  logged nvidia make -C "$work/nv-codec-headers" install PREFIX="$prefix"
}

# The pkg-config crate never takes a static archive from a system folder, so the two that belong in the wheel lie in the prefix.
archives_system() {
  local name path
  mkdir -p "$prefix/lib"
  for name in libssl.a libcrypto.a libz.a; do
    path=$(gcc -print-file-name="$name")
    [ -f "$path" ] || die "$name is missing: install libssl-dev and zlib1g-dev"
    cp "$path" "$prefix/lib/"
  done
}

dav1d() {
  rm -rf "$work/dav1d/build"
  logged dav1d meson setup "$work/dav1d/build" "$work/dav1d" --prefix="$prefix" --libdir=lib --buildtype=release \
    --default-library=static -Db_staticpic=true -Denable_tools=false -Denable_tests=false
  logged dav1d ninja -C "$work/dav1d/build" -j "$jobs" install
}

ffmpeg() {
  local out=$work/ffmpeg/out
  rm -rf "$out"
  mkdir -p "$out"
  cd "$out"
  logged ffmpeg env PKG_CONFIG_PATH="$prefix/lib/pkgconfig" ../configure --prefix="$prefix" \
    --enable-static --disable-shared --enable-pic --disable-everything --disable-autodetect --disable-doc --disable-debug \
    --disable-programs --disable-avdevice --disable-avfilter --disable-swresample --enable-avcodec --enable-avformat \
    --enable-swscale --enable-network --enable-pthreads --enable-runtime-cpudetect --enable-zlib --enable-openssl \
    --enable-libdav1d --enable-ffnvcodec --enable-cuda --enable-cuvid --enable-nvdec \
    --enable-hwaccel="$nvdec_hwaccels" --enable-protocol="$protocols" --enable-demuxer="$demuxers" \
    --enable-decoder="$decoders,$nvdec_decoders" --enable-parser="$parsers" --enable-bsf="$filters" \
    --enable-muxer=mp4,mov,matroska,mpegts --enable-encoder=mpeg4,mjpeg \
    --extra-cflags="-ffunction-sections -fdata-sections" --pkg-config-flags=--static
  logged ffmpeg make -j "$jobs"
  logged ffmpeg make install
  cd "$work"
  grep -q '#define FFMPEG_LICENSE "LGPL version 2.1 or later"' "$out/config.h" ||
    die "the build is not LGPL 2.1 or later: $(grep FFMPEG_LICENSE "$out/config.h")"
}

check_tools
mkdir -p "$sources"
# Stamps of a former state of the recipe or another compiler do not count.
recipe=$( (cat "${BASH_SOURCE[0]}"; gcc --version; printf '%s' "$prefix") | sha256sum | cut -c 1-16)
for pin in "${pins[@]}"; do
  # shellcheck disable=SC2086 # three words
  fetch $pin
done
stage headers_nvidia
stage archives_system
stage dav1d
stage ffmpeg
say "done: $(PKG_CONFIG_PATH="$prefix/lib/pkgconfig" pkg-config --modversion libavcodec) in $prefix"
say "use:  PKG_CONFIG_PATH=$prefix/lib/pkgconfig cargo build --features static"
