package enginerecord

import (
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Each engine of a data directory has a guard, and one that is refused does not change what is known of the others.
func TestGuardsRefuseAnotherEngineAlone(t *testing.T) {
	dir := t.TempDir()
	book := NewBook(dir, nil)
	for _, name := range []string{"a", "b"} {
		if err := book.Guard(name, "unix:///"+name).Admit(backend.Info{Name: "docker", ID: strings.ToUpper(name)}); err != nil {
			t.Fatal(err)
		}
	}
	known, err := Read(dir)
	want := []Record{{"a", "docker", "unix:///a", "A"}, {"b", "docker", "unix:///b", "B"}}
	if err != nil || !slices.Equal(known, want) {
		t.Fatalf("%v, %v; want %v", known, err, want)
	}

	book = NewBook(dir, known)
	if err := book.Guard("a", "tcp://10.0.0.7:2376").Admit(backend.Info{Name: "docker", ID: "A"}); err != nil {
		t.Errorf("an engine with another address is refused: %v", err)
	}
	wiped := book.Guard("b", "unix:///b")
	if err := wiped.Admit(backend.Info{Name: "docker", ID: "C"}); err == nil || !strings.Contains(err.Error(), "the engine b (docker at unix:///b) is not the one") {
		t.Errorf("an engine with another id: %v", err)
	}
	if err := book.Guard("b", "unix:///a").Admit(backend.Info{Name: "docker", ID: "A"}); err == nil || !strings.Contains(err.Error(), "it is a of these, so name it a") {
		t.Errorf("an engine with the name of another: %v", err)
	}
	if err := book.Guard("b", "unix:///c").Admit(backend.Info{Name: "docker", ID: "C"}); err == nil || !strings.Contains(err.Error(), "the engine b (docker at unix:///c) is not the one") {
		t.Errorf("another engine at another place: %v", err)
	}
	want[0].Host = "tcp://10.0.0.7:2376"
	if known, err := Read(dir); err != nil || !slices.Equal(known, want) {
		t.Errorf("%v, %v; want %v", known, err, want)
	}
	if err := wiped.Replace(backend.Info{Name: "docker", ID: "C"}); err != nil {
		t.Fatal(err)
	}
	if err := book.Keep([]string{"b"}); err != nil {
		t.Fatal(err)
	}
	if known, err := Read(dir); err != nil || !slices.Equal(known, []Record{{"b", "docker", "unix:///b", "C"}}) {
		t.Errorf("%v, %v", known, err)
	}
}
