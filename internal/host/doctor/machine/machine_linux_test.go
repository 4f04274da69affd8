package machine

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

// smallDisk mounts a file system of one page.
func smallDisk(t *testing.T) (at string) {
	t.Helper()
	at = t.TempDir()
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size=4096"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(at, 0) })
	return at
}

// Lines as proc_pid_net(5) has them.
const sockets = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:11E1 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 31337 1 0000000000000000 100 0 0 10 0
   1: 0100007F:11E1 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 31338 1 0000000000000000 20 4 30 10 -1
   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 4711 1 0000000000000000 100 0 0 10 0
`

func TestSocketsThatListen(t *testing.T) {
	for at, want := range map[string][]socket{
		"127.0.0.1:4577": {{"31337", "1000"}}, "10.0.0.5:4577": nil, "0.0.0.0:4577": {{"31337", "1000"}},
		"10.0.0.5:80": {{"4711", "33"}}, "127.0.0.1:50000": nil,
	} {
		if got := listening(strings.NewReader(sockets), netip.MustParseAddrPort(at)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", at, got, want)
		}
	}
}

func TestAddressesOfSockets(t *testing.T) {
	for text, want := range map[string]string{
		"0100007F": "127.0.0.1", "00000000000000000000000001000000": "::1", "0000000000000000FFFF00000100007F": "::ffff:127.0.0.1", "01": "invalid IP", "": "invalid IP",
	} {
		if got := readAddress(text).String(); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

func TestTheProcessOfASocket(t *testing.T) {
	proc := t.TempDir()
	for file, to := range map[string]string{"812/fd/3": "socket:[31337]", "7/fd/0": "/dev/null"} {
		path := filepath.Join(proc, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
	}
	if got := processWith(proc, "31337"); got != 812 {
		t.Errorf("process %d", got)
	}
	if got := processWith(proc, "1"); got != 0 {
		t.Errorf("process %d of no socket", got)
	}
}

// message is an answer about a route, as rtnetlink(7) has it.
func message(bits, table, kind byte, to [4]byte, index byte) syscall.NetlinkMessage {
	data := []byte{syscall.AF_INET, bits, 0, 0, table, 0, 0, kind, 0, 0, 0, 0}
	data = append(data, 8, 0, syscall.RTA_DST, 0, to[0], to[1], to[2], to[3])
	data = append(data, 8, 0, syscall.RTA_OIF, 0, index, 0, 0, 0)
	return syscall.NetlinkMessage{Header: syscall.NlMsghdr{Type: syscall.RTM_NEWROUTE}, Data: data}
}

func TestRoutesAreReadFromAllTables(t *testing.T) {
	vpn := [4]byte{172, 31, 0, 0}
	got, ok := readRoute(message(16, 52, syscall.RTN_UNICAST, vpn, 7))
	if want := (route{netip.MustParsePrefix("172.31.0.0/16"), 7}); !ok || got != want {
		t.Errorf("%v, %t; want %v", got, ok, want)
	}
	for name, m := range map[string]syscall.NetlinkMessage{
		"this machine's own": message(32, syscall.RT_TABLE_LOCAL, syscall.RTN_UNICAST, vpn, 1), "none": message(16, 254, syscall.RTN_BLACKHOLE, vpn, 1),
		"cut": {Header: syscall.NlMsghdr{Type: syscall.RTM_NEWROUTE}, Data: []byte{2}},
	} {
		if got, ok := readRoute(m); ok {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Each address of an interface that is no loopback has a route.
func TestRoutesOfThisMachine(t *testing.T) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	all := Routes()
	for _, a := range addresses {
		own, err := netip.ParsePrefix(a.String())
		if err != nil || !own.Addr().Is4() || own.Addr().IsLoopback() {
			continue
		}
		if !slices.ContainsFunc(all, func(r doctor.Route) bool { return r.Range == own.Masked() && r.Interface != "" }) {
			t.Errorf("no route of %s in %v", own, all)
		}
	}
	if slices.ContainsFunc(all, func(r doctor.Route) bool { return r.Range.Bits() < minRouteBits || r.Range.Addr().IsLoopback() }) {
		t.Errorf("routes that take no range: %v", all)
	}
}
