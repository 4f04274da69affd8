package machine

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestContainersAreRecognized(t *testing.T) {
	for mark, want := range map[string]string{".dockerenv": "docker", "run/.containerenv": "podman", "etc/hostname": ""} {
		root := t.TempDir() + "/"
		write(t, root+mark, "")
		if got := containerOf(root, func(string) string { return "" }); got != want {
			t.Errorf("with %s: %q, want %q", mark, got, want)
		}
	}
	for variable, want := range map[string]string{"KUBERNETES_SERVICE_HOST": "kubernetes", "container": "10.0.0.1"} {
		got := containerOf(t.TempDir()+"/", func(name string) string {
			if name == variable {
				return "10.0.0.1"
			}
			return ""
		})
		if got != want {
			t.Errorf("with %s: %q, want %q", variable, got, want)
		}
	}
}

// An image that a virtual machine was made of has the mark of a container.
func TestTheMachineItselfIsNoContainer(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("it has no namespaces")
	}
	own := "22 27 0:21 / /proc rw - proc proc rw\n23 27 0:5 / /dev rw - devtmpfs devtmpfs rw\n"
	for first, want := range map[string]bool{
		own: true, "22 27 0:21 / /proc rw - proc proc rw\n99 27 0:5 / /x rw - tmpfs x rw\n": true,
		"84 27 0:21 / /proc rw - proc proc rw\n": false, "": false,
	} {
		proc := t.TempDir()
		write(t, filepath.Join(proc, "self/mountinfo"), own)
		write(t, filepath.Join(proc, "1/mountinfo"), first)
		if err := os.Mkdir(filepath.Join(proc, "self/ns"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(initialProcesses, filepath.Join(proc, "self/ns/pid")); err != nil {
			t.Fatal(err)
		}
		if got := isInitial(proc); got != want {
			t.Errorf("where the first process has %q: %t", first, got)
		}
	}
}

func TestWSLIsRecognized(t *testing.T) {
	for release, want := range map[string]bool{"5.15.153.1-microsoft-standard-WSL2": true, "4.4.0-19041-Microsoft": true, "6.1.0-28-amd64": false} {
		if got := isWSL(release); got != want {
			t.Errorf("%s: %t", release, got)
		}
	}
}

func TestWhoHasAPort(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	at := listener.Addr().String()
	there, taken, err := Port(at)
	if by := Holder(there); there.String() != at || !taken || err != nil || runtime.GOOS == "linux" && by.PID != os.Getpid() {
		t.Errorf("%s: taken %t at %s by %v, %v; want process %d", at, taken, there, by, err, os.Getpid())
	}
	if by := Holder(netip.AddrPortFrom(netip.MustParseAddr("10.9.9.9"), there.Port())); by != (doctor.Holder{}) {
		t.Errorf("the port of another address has %v", by)
	}
	listener.Close()
	if _, taken, err := Port(at); taken || err != nil {
		t.Errorf("a port that is free again: taken %t, %v", taken, err)
	}
	if _, taken, err := Port("192.0.2.1:4577"); taken || err == nil || strings.Contains(err.Error(), "192.0.2.1") {
		t.Errorf("of another machine: taken %t, %v", taken, err)
	}
}

func TestAddresses(t *testing.T) {
	for listen, want := range map[string]string{":4577": "127.0.0.1:4577", "0.0.0.0:1": "127.0.0.1:1", "[::]:2": "127.0.0.1:2", "10.0.0.1:3": "10.0.0.1:3"} {
		if got := Reached(listen); got != want {
			t.Errorf("%s is reached at %s, not %s", listen, got, want)
		}
	}
}

func TestRoomOfADirectoryThatIsYetToBeMade(t *testing.T) {
	dir := t.TempDir()
	there, made := Room(doctor.StateDisk("state", dir)), Room(doctor.StateDisk("state", filepath.Join(dir, "a", "b")))
	if there.Unseen != "" || there.Free <= 0 || there.Total < there.Free || made.Total != there.Total || made.Unseen != "" {
		t.Errorf("%+v, and below it %+v", there, made)
	}
}

// A file system of one page has no room for a task.
func TestAFullDiskIsSeen(t *testing.T) {
	at := smallDisk(t)
	d := Room(doctor.StateDisk("temporary files", at))
	if c := doctor.JudgeDisks([]doctor.Disk{d}); c.Status != "broken" || d.Total != int64(os.Getpagesize()) {
		t.Errorf("%+v of %+v", c, d)
	}
}

func TestBundles(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "text"), "no certificate")
	for path, want := range map[string]string{"absent": "does not exist", "text": "has no certificate", "": "cannot be read"} {
		if got := Environment("", []string{"AWS_CA_BUNDLE=" + filepath.Join(dir, path)}, nil).Bundle; got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
	if got := Environment("", []string{"AWS_CA_BUNDLE="}, nil); got.Bundle != "" {
		t.Errorf("an empty one: %q", got.Bundle)
	}
}

func TestProfiles(t *testing.T) {
	real := func(name string) bool { return name == "work" }
	if e := Environment("", []string{"AWS_PROFILE=work"}, real); e.Profile != "work" || !e.Real {
		t.Errorf("%+v", e)
	}
	if e := Environment("", nil, real); e.Profile != "default" || e.Real {
		t.Errorf("%+v", e)
	}
}

func TestWhatAnswersAtTheEndpoint(t *testing.T) {
	for body, want := range map[string]doctor.Answer{
		`{"status":"ok","version":"v1","engine":{"name":"sim","status":"ready","lastError":"long ago"}}`: {Version: "v1", Engine: "sim", Healthy: true},
		`{"status":"ok","version":"v1","engine":{"name":"docker","status":"unavailable","lastError":"EOF","networkError":"EOF"}}`: {
			Version: "v1", Engine: "docker", Healthy: true, Reasons: []string{"EOF"},
		},
		`<html>`:            {Stranger: true},
		`{"status":"fine"}`: {Stranger: true},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) }))
		got := Ask(t.Context(), server.URL+"/")
		if got.URL != server.URL+"/" || got.Version != want.Version || got.Engine != want.Engine || got.Healthy != want.Healthy || got.Stranger != want.Stranger || !slices.Equal(got.Reasons, want.Reasons) {
			t.Errorf("%s: %+v", body, got)
		}
		server.Close()
		if got := Ask(t.Context(), server.URL); got.Silence == "" || strings.Contains(got.Silence, "Get ") || got.Emulator() != "" {
			t.Errorf("when it has gone: %+v", got)
		}
	}
	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	if got := Ask(late, "http://127.0.0.1:1"); got.Silence != "there is no answer in time" {
		t.Errorf("too late: %+v", got)
	}
}
