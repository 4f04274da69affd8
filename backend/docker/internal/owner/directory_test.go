package owner

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

func TestResidence(t *testing.T) {
	dir := t.TempDir()
	at := func(name, owner string) label.Place {
		p := label.Place{Directory: filepath.Join(dir, name), Host: "host", Mounts: "mnt:[1]"}
		if owner != "" {
			if err := errors.Join(os.Mkdir(p.Directory, 0o700), os.WriteFile(filepath.Join(p.Directory, label.OwnerFile), []byte(owner+"\n"), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		return p
	}
	mine, theirs, none := at("mine", "me"), at("theirs", "other"), at("none", "")
	here := label.Place{Directory: "", Host: "host", Mounts: "mnt:[1]"}
	sure, unsure := vantage{here, true}, vantage{here, false}
	for _, c := range []struct {
		name string
		at   label.Place
		from vantage
		want dirState
	}{
		{"its own file", mine, sure, present},
		{"another owner's file", theirs, sure, replaced},
		{"no directory", none, sure, gone},
		{"no directory, but on another host", none, vantage{label.Place{Directory: "", Host: "other", Mounts: "mnt:[1]"}, true}, unclear},
		{"no directory, but in another mount namespace", none, vantage{label.Place{Directory: "", Host: "host", Mounts: "mnt:[2]"}, true}, unclear},
		{"directory without owner file", label.Place{Directory: dir, Host: "host", Mounts: "mnt:[1]"}, sure, unclear},
		{"not said where", label.Place{}, vantage{label.Place{}, true}, unclear},
		// Two containers, one after the other, may have the same labels.
		{"its own file, seen from a container", mine, unsure, present},
		{"another owner's file, seen from a container", theirs, unsure, unclear},
		{"no directory, seen from a container", none, unsure, unclear},
	} {
		if got := dirStateOf("me", c.at, c.from); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
	}
}

func TestInitialMountNamespace(t *testing.T) {
	const host, container = "22 27 0:21 / /proc rw - proc proc rw\n", "96 81 0:44 / / rw - overlay overlay rw\n"
	for _, c := range []struct {
		name, processes, first, own string
		want                        bool
	}{
		{"on the host", "pid:[4026531836]", host + "27 1 0:1 / / rw - ext4 root rw\n", host, true},
		{"in a container", "pid:[4026532331]", container, container, false},
		{"in a container with the host's processes", "pid:[4026531836]", host, container, false},
		{"in a service with mounts of its own", "pid:[4026531836]", host, strings.Replace(host, "22 27", "122 127", 1), false},
		{"others' processes are hidden", "pid:[4026531836]", "", host, false},
		{"without /proc", "", "", "", false},
	} {
		proc := t.TempDir()
		err := errors.Join(os.MkdirAll(filepath.Join(proc, "self/ns"), 0o700), os.Mkdir(filepath.Join(proc, "1"), 0o700),
			os.Symlink(c.processes, filepath.Join(proc, "self/ns/pid")),
			os.WriteFile(filepath.Join(proc, "1/mountinfo"), []byte(c.first), 0o600),
			os.WriteFile(filepath.Join(proc, "self/mountinfo"), []byte(c.own), 0o600))
		if err != nil && c.processes != "" {
			t.Fatal(err)
		}
		if got := inInitialMounts(proc); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
