package metadata_test

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
)

// parts are the objects of answers whose members the table has.
var parts = map[string]any{
	"task": metadata.TaskV4{}, "container": metadata.ContainerV4{}, "network": metadata.NetworkV4{},
	"clock drift": metadata.ClockDrift{}, "ephemeral storage": metadata.EphemeralStorageMetrics{}, "stats": metadata.Stats{},
}

func TestEachMemberHasItsRow(t *testing.T) {
	rows := map[string]bool{}
	for _, f := range metadata.Fields {
		rows[f.Of+"."+f.Name] = true
	}
	for part, value := range parts {
		for _, name := range members(reflect.TypeOf(value)) {
			if !rows[part+"."+name] {
				t.Errorf("no row says where %s of the %s comes from", name, part)
			}
			delete(rows, part+"."+name)
		}
	}
	for left := range rows {
		t.Errorf("%s is no member", left)
	}
}

// members are the names of a struct's fields in JSON.
func members(of reflect.Type) (names []string) {
	for f := range of.Fields() {
		if f.Anonymous {
			names = append(names, members(f.Type)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		names = append(names, name)
	}
	return names
}

// What collectors read is in the golden answers.
func TestCollectorsFindWhatTheyRead(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	found := map[string]bool{}
	for _, path := range files {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			var value any
			if err := json.Unmarshal(f.Data, &value); err != nil {
				t.Fatal(err)
			}
			switch f.Name {
			case "v4/taskWithTags":
				note(found, "task", value)
			case "v4/stats, of another second":
				note(found, "stats", value)
			}
		}
	}
	for _, f := range metadata.Fields {
		if f.Readers != "" && !found[f.Of+"."+f.Name] {
			t.Errorf("%s of the %s, which %s reads, is in no golden answer", f.Name, f.Of, f.Readers)
		}
	}
}

// note notes the members of a part, and of those inside.
func note(found map[string]bool, part string, value any) {
	within := map[string]string{
		"Containers": "container", "Networks": "network", "ClockDrift": "clock drift", "EphemeralStorageMetrics": "ephemeral storage",
	}
	switch v := value.(type) {
	case []any:
		for _, each := range v {
			note(found, part, each)
		}
	case map[string]any:
		for name, member := range v {
			found[part+"."+name] = true
			if inside := within[name]; inside != "" {
				note(found, inside, member)
			}
		}
	}
}
