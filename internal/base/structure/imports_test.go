package structure

import (
	"go/build"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	loop = "internal/base/reconcile"

	// maxFolders limits the packages that stand side by side in a room of internal.
	maxFolders = 24
)

// imports returns the packages of this module that each of them imports, without its tests.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, dir := range folders(t) {
		pkg, err := build.ImportDir(filepath.Join(root, dir), 0)
		if err != nil {
			t.Fatal(err)
		}
		found[dir] = nil
		for _, path := range pkg.Imports {
			if own, ok := strings.CutPrefix(path, module+"/"); ok {
				found[dir] = append(found[dir], own)
			}
		}
	}
	return found
}

// reads are the imports of controllers that are functions over rows: the scheduler tells for which DAEMON tasks it keeps
// room.
var reads = map[string]string{"internal/ecs/placement/placer": "internal/ecs/servicescheduler"}

// TestControllersMeetInTheStore: a controller, which is a package with a loop, is known to the packages that start
// it, and to no handler and no other controller.
func TestControllersMeetInTheStore(t *testing.T) {
	all := imports(t)
	controller := func(dir string) bool {
		return slices.Contains(all[dir], loop) && !slices.Contains([]string{"emulator", "internal/app/controllers"}, dir)
	}
	controllers := 0
	for dir, others := range all {
		if controller(dir) {
			controllers++
		}
		if !controller(dir) && !strings.HasPrefix(dir, "handlers") {
			continue
		}
		for _, other := range others {
			if controller(other) && reads[dir] != other {
				t.Errorf("%s imports %s, which is a controller: write to the store what it is to make true", dir, other)
			}
		}
	}
	if controllers < 15 {
		t.Errorf("only %d controllers are found", controllers)
	}
}

// TestServicesDoNotKnowEachOther: the handlers of a service import their own packages, and what all services have.
func TestServicesDoNotKnowEachOther(t *testing.T) {
	services := 0
	for dir, others := range imports(t) {
		parts := strings.Split(dir, "/")
		if parts[0] != "handlers" || len(parts) < 2 {
			continue
		}
		services++
		for _, other := range others {
			to := strings.Split(other, "/")
			if to[0] == "handlers" && (len(to) == 1 || to[1] != parts[1] && to[1] != "awsapi") {
				t.Errorf("%s imports %s: services meet in the store, and in functions that emulator fills in", dir, other)
			}
			if other == "internal/base/apiclient" {
				t.Errorf("%s imports %s: a handler writes to the store, and calls no API", dir, other)
			}
		}
	}
	if services < 20 {
		t.Errorf("only %d packages of handlers are found", services)
	}
}

func TestRoomsHaveFewFolders(t *testing.T) {
	rooms := map[string]map[string]bool{}
	for dir := range imports(t) {
		if parts := strings.Split(dir, "/"); parts[0] == "internal" && len(parts) > 2 {
			if rooms[parts[1]] == nil {
				rooms[parts[1]] = map[string]bool{}
			}
			rooms[parts[1]][parts[2]] = true
		}
	}
	if len(rooms) != 6 {
		t.Errorf("internal has %d rooms: ARCHITECTURE.md has six", len(rooms))
	}
	for room, folders := range rooms {
		if len(folders) > maxFolders {
			t.Errorf("internal/%s has %d folders, more than %d: put what has one user below that", room, len(folders), maxFolders)
		}
	}
}

// TestPackagesSayWhatTheyDo: each has a comment at its head, in one of its files.
func TestPackagesSayWhatTheyDo(t *testing.T) {
	for _, dir := range folders(t) {
		pkg, err := build.ImportDir(filepath.Join(root, dir), 0)
		if err != nil {
			t.Fatal(err)
		}
		if pkg.Doc == "" && len(pkg.GoFiles) > 0 {
			t.Errorf("%s does not say what it does: begin a file with a comment, \"Package %s …\"", dir, pkg.Name)
		}
	}
}
