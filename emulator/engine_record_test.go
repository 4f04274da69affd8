package emulator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

func TestStateAndEngineBelongTogether(t *testing.T) {
	const here, there = "unix:///var/run/docker.sock", "tcp://10.0.0.7:2376"
	docker, sim := &engineRecord{Kind: "docker", Host: here, ID: "A"}, &engineRecord{Kind: "sim"}
	onDocker, onSim := engineChoice{kind: "docker", host: here, wait: true}, engineChoice{kind: "sim", wait: true}
	for _, c := range []struct {
		asked  string
		known  *engineRecord
		want   engineChoice
		refuse string
	}{
		{"auto", nil, engineChoice{kind: "docker", fallBack: true}, ""},
		{"docker", nil, engineChoice{kind: "docker"}, ""},
		{"sim", nil, engineChoice{kind: "sim"}, ""},
		{there, nil, engineChoice{kind: "docker", host: there}, ""},
		{"podman", nil, engineChoice{}, "none of auto, docker, sim"},
		{"auto", docker, onDocker, ""},
		{"docker", docker, onDocker, ""},
		{here, docker, onDocker, ""},
		{there, docker, engineChoice{}, "belongs to the engine docker at " + here},
		{"sim", docker, engineChoice{}, "belongs to the engine docker"},
		{"auto", sim, onSim, ""},
		{"sim", sim, onSim, ""},
		{"docker", sim, engineChoice{}, "belongs to the engine sim"},
		{here, sim, engineChoice{}, "belongs to the engine sim"},
	} {
		got, err := chooseEngine(c.asked, c.known)
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
	if r, err := readEngineRecord(dir); r != nil || err != nil {
		t.Errorf("of an empty directory: %v, %v", r, err)
	}
	want := engineRecord{Kind: "docker", Host: "unix:///x", ID: "A"}
	if err := want.write(dir); err != nil {
		t.Fatal(err)
	}
	if r, err := readEngineRecord(dir); err != nil || *r != want {
		t.Errorf("%v, %v; want %v", r, err, want)
	}
	for _, damaged := range []string{"", "{}", "{", "docker"} {
		if err := os.WriteFile(engineRecordPath(dir), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := readEngineRecord(dir); err == nil {
			t.Errorf("of %q: %v", damaged, r)
		}
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
	first, err := ownerOf(dir)
	if err != nil || first == "" {
		t.Fatalf("the owner is %q, %v", first, err)
	}
	if again, err := ownerOf(dir); err != nil || again != first {
		t.Errorf("the owner is %q, %v; want %q again", again, err, first)
	}
	if body, err := os.ReadFile(path); err != nil || string(body) != first+"\n" {
		t.Errorf("the file has %q, %v", body, err)
	}
}
