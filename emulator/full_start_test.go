package emulator_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// files are the names and the content of all files of a directory.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		found[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A start that is refused has changed nothing, and says which file is to blame and what to do about it.
func TestRefusedStartChangesNoFile(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		damage func(dir string) error
		says   []string
	}{
		"engine.json is cut off": {
			func(dir string) error { return os.WriteFile(filepath.Join(dir, "engine.json"), nil, 0o600) },
			[]string{"engine.json", "remove that file if the tasks run on the engine of this start, or the whole directory to begin anew"},
		},
		"a folder is among log segments": {
			func(dir string) error { return os.Mkdir(filepath.Join(dir, "logs", "00000000000000000099.log"), 0o700) },
			[]string{"00000000000000000099.log", "away"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			opts := emulator.Options{DataDir: t.TempDir()}
			w := open(t, opts)
			w.createService("api", w.register("web", "app"), 1)
			w.close()
			if err := test.damage(opts.DataDir); err != nil {
				t.Fatal(err)
			}
			before := files(t, opts.DataDir)
			srv, err := emulator.New(opts)
			if err == nil {
				srv.Close()
				t.Fatal("it has started")
			}
			for _, text := range test.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%v; want %q in it", err, text)
				}
			}
			after := files(t, opts.DataDir)
			for path, content := range before {
				if after[path] != content {
					t.Errorf("%s has changed", path)
				}
			}
			if len(after) != len(before) {
				t.Errorf("there are %d files, and were %d", len(after), len(before))
			}
		})
	}
}

// Killed and started again on a full disk, an emulator answers what is read, refuses changes, and goes on when there is room.
func TestStartOnAFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, emulator.Options{DataDir: dir})
	definition := w.register("web", "app")
	w.createService("api", definition, 2)
	w.eventually("two tasks run", func() bool { return w.service("api").RunningCount == 2 })
	former := w.listTasks()
	w.srv.Die()

	var full atomic.Bool
	full.Store(true)
	record := filepath.Join(dir, "engine.json.new")
	w.must(os.Mkdir(record, 0o700)) // the record of the engine cannot be written either
	w = start(t, emulator.WithDisk(emulator.Options{DataDir: dir}, func() error {
		if full.Load() {
			return errors.New("no space left on device")
		}
		return nil
	}))
	if got := w.service("api").DesiredCount; got != 2 || len(w.listTasks()) != len(former) {
		t.Errorf("the service wants %d, tasks %v", got, w.listTasks())
	}
	if _, err := w.once().CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("late")}); err == nil {
		t.Error("a change was taken")
	}
	code, h := w.health()
	if code != http.StatusServiceUnavailable || h.State.Status != control.StateUnwritable || !strings.Contains(h.State.Reason, "no space left on device") {
		t.Errorf("health: %d %+v", code, h)
	}

	full.Store(false)
	w.must(os.Remove(record))
	w.eventually("the service has tasks on the engine of this start", func() bool {
		code, _ := w.health()
		return code == http.StatusOK && w.service("api").RunningCount == 2
	})
	for _, task := range former {
		if got := w.task(task); *got.LastStatus != "STOPPED" || !strings.Contains(*got.StoppedReason, "the container engine that ran the task is gone") {
			t.Errorf("the former task is %s: %v", *got.LastStatus, got.StoppedReason)
		}
	}
}

// An emulator that ends on the full disk on which it has started says what it lacks, and not that its engine is another one.
func TestEndAfterAStartOnAFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, emulator.Options{DataDir: dir})
	w.createService("api", w.register("web", "app"), 1)
	w.eventually("a task runs", func() bool { return w.service("api").RunningCount == 1 })
	w.srv.Die()
	srv, err := emulator.New(emulator.WithDisk(emulator.Options{DataDir: dir}, func() error { return errors.New("no space left on device") }))
	w.must(err)
	if err := srv.Close(); err == nil || !strings.Contains(err.Error(), "no space left on device") || strings.Contains(err.Error(), "--new-engine") {
		t.Errorf("it ends with %v", err)
	}
}
