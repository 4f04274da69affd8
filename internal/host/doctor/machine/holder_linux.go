package machine

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/netip"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

// Holder is the process that listens at a port of this machine. Of processes of other users the user alone
// is seen. Source: proc_pid_net(5), proc_pid_fd(5).
func Holder(at netip.AddrPort) (h doctor.Holder) {
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		file, err := os.Open(table)
		if err != nil {
			continue
		}
		sockets := listening(file, at)
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
func listening(table io.Reader, at netip.AddrPort) (found []socket) {
	for lines := bufio.NewScanner(table); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || fields[3] != stateListen {
			continue
		}
		address, port, _ := strings.Cut(fields[1], ":")
		number, err := strconv.ParseUint(port, 16, 16)
		if err == nil && uint16(number) == at.Port() && doctor.Overlap(readAddress(address), at.Addr()) {
			found = append(found, socket{inode: fields[9], user: fields[7]})
		}
	}
	return found
}

// readAddress reads an address in hex, whose words have the byte order of this machine; the zero Addr is one that cannot be read.
func readAddress(text string) netip.Addr {
	words, err := hex.DecodeString(text)
	if err != nil || len(words)%4 != 0 {
		return netip.Addr{}
	}
	for word := range slices.Chunk(words, 4) {
		binary.BigEndian.PutUint32(word, binary.NativeEndian.Uint32(word))
	}
	address, _ := netip.AddrFromSlice(words)
	return address
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
