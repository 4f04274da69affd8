package emulator_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/client"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// dockerMark begins a script that runs on Docker as well, and says what only Docker shows. One
// script of each folder does so in `make test`; the others are left to `make test-all`.
var dockerMark = regexp.MustCompile(`^# On Docker(, in make test as well)?: \S.*\.\n\n`)

// dockerScript is a script that runs on Docker as well.
type dockerScript struct {
	path     string
	makeTest bool // in `make test` as well
}

// dockerScripts are those, by folder.
func dockerScripts(t *testing.T) map[string][]dockerScript {
	t.Helper()
	paths, err := filepath.Glob("../testdata/script/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	folders := map[string][]dockerScript{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		mark := dockerMark.FindSubmatch(text)
		if mark == nil {
			if strings.Contains(string(text), "docker] ") {
				t.Errorf("%s has lines for Docker, and does not begin with # On Docker: ...", path)
			}
			continue
		}
		folder := filepath.Base(filepath.Dir(path))
		folders[folder] = append(folders[folder], dockerScript{path, len(mark[1]) > 0})
	}
	return folders
}

func TestMakeTestRunsOneScriptOfEachFolderOnDocker(t *testing.T) {
	for folder, scripts := range dockerScripts(t) {
		scripts = slices.DeleteFunc(scripts, func(s dockerScript) bool { return !s.makeTest })
		if len(scripts) != 1 {
			t.Errorf("%d scripts of %s begin with # On Docker, in make test as well: ..., want one", len(scripts), folder)
		}
	}
}

// runOnDocker runs the scripts that are marked, or with -short those of `make test`.
func runOnDocker(t *testing.T, s scene) {
	for folder, scripts := range dockerScripts(t) {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			var files []string
			for _, script := range scripts {
				if script.makeTest || !testing.Short() {
					files = append(files, script.path)
					continue
				}
				t.Run(strings.TrimSuffix(filepath.Base(script.path), ".txtar"), func(t *testing.T) {
					testall.Only(t, "the other scripts on Docker")
				})
			}
			s.run(t, testscript.Params{Files: files})
		})
	}
}

// removeImages removes the images that a script has built.
func (s scene) removeImages(t *testing.T, url string) {
	if s.opts.Engine != "docker" {
		return
	}
	ctx, cli := context.Background(), dockertest.Client(t)
	built, err := cli.ImageList(ctx, client.ImageListOptions{Filters: make(client.Filters).Add("label", "script="+url)})
	for _, image := range built.Items {
		_, failed := cli.ImageRemove(ctx, image.ID, client.ImageRemoveOptions{Force: true, PruneChildren: true})
		err = errors.Join(err, failed)
	}
	if err != nil {
		t.Errorf("remove the images of a script: %v", err)
	}
}

// anotherAddress is an address of this host that is no loopback address: engines speak no plain HTTP to it.
func anotherAddress(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && n.IP.To4() != nil {
			return n.IP.String()
		}
	}
	t.Fatal("this host has no other address")
	return ""
}
