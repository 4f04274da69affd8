package enginerecord

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

func TestStateAndEngineBelongTogether(t *testing.T) {
	const here, there = "unix:///var/run/docker.sock", "tcp://10.0.0.7:2376"
	docker, sim := &Record{Kind: "docker", Host: here, ID: "A"}, &Record{Kind: "sim"}
	onDocker, onSim := Choice{Kind: "docker", Host: here, Wait: true}, Choice{Kind: "sim", Wait: true}
	for _, c := range []struct {
		asked  string
		known  *Record
		want   Choice
		refuse string
	}{
		{"auto", nil, Choice{Kind: "docker", FallBack: true}, ""},
		{"docker", nil, Choice{Kind: "docker"}, ""},
		{"sim", nil, Choice{Kind: "sim"}, ""},
		{there, nil, Choice{Kind: "docker", Host: there}, ""},
		{"podman", nil, Choice{}, "none of auto, docker, sim"},
		{"auto", docker, onDocker, ""},
		{"docker", docker, onDocker, ""},
		{here, docker, onDocker, ""},
		{there, docker, Choice{}, "belongs to the engine docker at " + here},
		{"sim", docker, Choice{}, "belongs to the engine docker"},
		{"auto", sim, onSim, ""},
		{"sim", sim, onSim, ""},
		{"docker", sim, Choice{}, "belongs to the engine sim"},
		{here, sim, Choice{}, "belongs to the engine sim"},
	} {
		got, err := Choose(c.asked, c.known)
		switch {
		case c.refuse == "" && (err != nil || got != c.want):
			t.Errorf("%s with %v: %+v, %v; want %+v", c.asked, c.known, got, err, c.want)
		case c.refuse != "" && (err == nil || !strings.Contains(err.Error(), c.refuse) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s with %v: %+v, %v; want a line with %q", c.asked, c.known, got, err, c.refuse)
		}
	}
}

func TestEngineRecordIsReadAsWritten(t *testing.T) {
	dir := t.TempDir()
	if r, err := Read(dir); r != nil || err != nil {
		t.Errorf("of an empty directory: %v, %v", r, err)
	}
	want := Record{Kind: "docker", Host: "unix:///x", ID: "A"}
	if err := want.write(dir); err != nil {
		t.Fatal(err)
	}
	if r, err := Read(dir); err != nil || *r != want {
		t.Errorf("%v, %v; want %v", r, err, want)
	}
	for _, damaged := range []string{"", "{}", "{", "docker"} {
		if err := os.WriteFile(recordPath(dir), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := Read(dir); err == nil {
			t.Errorf("of %q: %v", damaged, r)
		}
	}
}

// A record with another byte than was written is refused, or says what was written. Those of earlier versions have no checksum.
func TestDamagedEngineRecordNamesNoOtherEngine(t *testing.T) {
	dir := t.TempDir()
	want := Record{Kind: "docker", Host: "tcp://10.0.0.7:2376", ID: "4B7X"}
	if err := want.write(dir); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(recordPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	for at := range whole {
		for _, flip := range []byte{1, 2, 4, 32} {
			damaged := bytes.Clone(whole)
			damaged[at] ^= flip
			if err := os.WriteFile(recordPath(dir), damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			if r, err := Read(dir); err == nil && *r != want {
				t.Errorf("%s is read as %+v", damaged, r)
			}
		}
	}
	if err := os.WriteFile(recordPath(dir), []byte(`{"kind":"docker","host":"tcp://10.0.0.7:2376","id":"4B7X"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := Read(dir); err != nil || *r != want {
		t.Errorf("of an earlier version: %v, %v", r, err)
	}
}

// TestADataDirectoryHasOneOwner also after a full disk kept an earlier version from
// writing it.
func TestADataDirectoryHasOneOwner(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, docker.OwnerFile)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := Owner(dir)
	if err != nil || first == "" {
		t.Fatalf("the owner is %q, %v", first, err)
	}
	if again, err := Owner(dir); err != nil || again != first {
		t.Errorf("the owner is %q, %v; want %q again", again, err, first)
	}
	if body, err := os.ReadFile(path); err != nil || string(body) != first+"\n" {
		t.Errorf("the file has %q, %v", body, err)
	}
}
