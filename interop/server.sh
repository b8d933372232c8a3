# Sourced: starts PostgreSQL on a free loopback port with a data directory of its
# own, for as long as the script runs. Leaves $work, a directory that goes with it,
# PGHOST and the like in the environment, and psql. Wants die.

server_bin() { compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -1; }

if [ -z "$(server_bin)" ]; then
	[ "$(id -u)" = 0 ] || die "PostgreSQL is missing, and only root can install it (Debian: apt-get install postgresql)"
	{ apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends postgresql; } >&2 ||
		die "apt-get could not install postgresql"
fi
bin="$(server_bin)"
[ -n "$bin" ] || die "PostgreSQL is installed, but not under /usr/lib/postgresql"

work="$(mktemp -d)"
as_server=()
if [ "$(id -u)" = 0 ]; then
	# PostgreSQL refuses to run as root.
	chmod 711 "$work"
	install -d -o postgres "$work/server"
	as_server=(runuser -u postgres --)
else
	mkdir "$work/server"
fi
stop() {
	"${as_server[@]}" "$bin/pg_ctl" -D "$work/server/db" -m immediate stop >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap stop EXIT

port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
"${as_server[@]}" "$bin/initdb" -D "$work/server/db" -A trust -U interop -E UTF8 --locale C.UTF-8 --no-sync >"$work/initdb.log" 2>&1 ||
	die "initdb: $(cat "$work/initdb.log")"
"${as_server[@]}" "$bin/pg_ctl" -D "$work/server/db" -l "$work/server/log" -w start >/dev/null \
	-o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off" ||
	die "PostgreSQL does not start: $(cat "$work/server/log")"

export PGHOST=127.0.0.1 PGPORT="$port" PGUSER=interop PGDATABASE=postgres
psql() { "$bin/psql" -X -q -v ON_ERROR_STOP=1 "$@"; }
