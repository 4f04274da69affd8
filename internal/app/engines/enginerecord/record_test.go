package enginerecord

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

func TestEngineRecordIsReadAsWritten(t *testing.T) {
	dir := t.TempDir()
	if r, err := Read(dir); len(r) > 0 || err != nil {
		t.Errorf("of an empty directory: %v, %v", r, err)
	}
	for _, want := range [][]Record{
		{{Kind: "docker", Host: "unix:///x", ID: "A"}},
		{{Name: "a", Kind: "sim"}},
		{{Name: "a", Kind: "docker", Host: "unix:///x", ID: "A"}, {Name: "b", Kind: "docker", Host: "tcp://10.0.0.7:2376", ID: "B"}},
		{{Kind: "sim"}, {Name: "b", Kind: "sim"}},
	} {
		if err := write(dir, want); err != nil {
			t.Fatal(err)
		}
		if r, err := Read(dir); err != nil || !slices.Equal(r, want) {
			t.Errorf("%v, %v; want %v", r, err, want)
		}
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
	want := []Record{{Kind: "docker", Host: "tcp://10.0.0.7:2376", ID: "4B7X"}}
	several := []Record{{Name: "a", Kind: "docker", Host: "tcp://10.0.0.7:2376", ID: "4B7X"}, {Name: "b", Kind: "docker", ID: "9QZ"}}
	damage(t, dir, several)
	damage(t, dir, want)
	if err := os.WriteFile(recordPath(dir), []byte(`{"kind":"docker","host":"tcp://10.0.0.7:2376","id":"4B7X"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := Read(dir); err != nil || !slices.Equal(r, want) {
		t.Errorf("of an earlier version: %v, %v", r, err)
	}
}

// damage flips bits of each byte of a file with records.
func damage(t *testing.T, dir string, want []Record) {
	if err := write(dir, want); err != nil {
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
			if r, err := Read(dir); err == nil && !slices.Equal(r, want) {
				t.Errorf("%s is read as %+v", damaged, r)
			}
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
