package machine

import (
	"bufio"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

// Holder is the process that listens at a port of this machine, at any address. Of processes of other users the user alone
// is seen. Source: proc_pid_net(5), proc_pid_fd(5).
func Holder(port uint16) (h doctor.Holder) {
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		file, err := os.Open(table)
		if err != nil {
			continue
		}
		sockets := listening(file, port)
		_ = file.Close()
		for _, s := range sockets {
			if pid := processWith("/proc", s.inode); pid != 0 {
				return doctor.Holder{Program: fileText(filepath.Join("/proc", strconv.Itoa(pid), "comm")), PID: pid}
			}
			h.User = s.user
			if found, err := user.LookupId(s.user); err == nil {
				h.User = found.Username
			}
		}
	}
	return h
}

// socket is one that listens, with the id of its user.
type socket struct{ inode, user string }

// stateListen is TCP_LISTEN of the kernel. Source: Linux include/net/tcp_states.h.
const stateListen = "0A"

// listening reads a table of sockets: number, local address and port in hex, remote ones, state, three more, user, one more, inode.
func listening(table io.Reader, port uint16) (found []socket) {
	for lines := bufio.NewScanner(table); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || fields[3] != stateListen {
			continue
		}
		_, hex, _ := strings.Cut(fields[1], ":")
		if number, err := strconv.ParseUint(hex, 16, 16); err == nil && uint16(number) == port {
			found = append(found, socket{inode: fields[9], user: fields[7]})
		}
	}
	return found
}

// processWith is the first process with an open socket; 0 is none that is seen.
func processWith(proc, inode string) int {
	files, _ := filepath.Glob(filepath.Join(proc, "[0-9]*", "fd", "[0-9]*"))
	at := slices.IndexFunc(files, func(file string) bool {
		to, err := os.Readlink(file)
		return err == nil && to == "socket:["+inode+"]"
	})
	if at < 0 {
		return 0
	}
	pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(files[at]))))
	return pid
}
