package emulator_test

import (
	"compress/bzip2"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestEachFormat opens a file of each format so far, in which a shop was when its emulator was killed. The present one
// has a file as well: a migration that is added later has one to begin with.
func TestEachFormat(t *testing.T) {
	present := presentFormat(t)
	files, err := filepath.Glob("../internal/ecs/state/testdata/formats/*.bz2")
	if err != nil || len(files) != present+1 {
		t.Errorf("formats 0 to %d have %d files, which README.md beside them says how to make; %v", present, len(files), err)
	}
	for format := range present + 1 {
		t.Run(strconv.Itoa(format), func(t *testing.T) {
			t.Parallel()
			name := fmt.Sprintf("formats/%d.db.bz2", format)
			path := filepath.Join(unpack(t, name), "state.db")
			if got, _ := kept(t, path); got != format {
				t.Fatalf("the file has format %d", got)
			}
			var first map[string]string
			for round := range 2 { // the second time, in the present format
				s, err := state.Open(store.Options{Path: path})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(of(format, shopRows), rowLines(s)); diff != "" {
					t.Errorf("round %d: rows (-want +got):\n%s", round, diff)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				now, rows := kept(t, path)
				if now != present {
					t.Fatalf("round %d: the file has format %d, want %d", round, now, present)
				}
				if round == 0 {
					first = rows
				} else if diff := cmp.Diff(first, rows); diff != "" {
					t.Errorf("the second opening has changed rows (-first +second):\n%s", diff)
				}
			}
			dir := unpack(t, name)
			w := open(t, emulator.Options{Backend: sim.New(sim.Options{}), DataDir: dir})
			w.must(w.srv.Clock().Advance(10 * time.Minute))
			if diff := cmp.Diff(of(format, shopAnswers), answerLines(w)); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			w.close()
			if now, _ := kept(t, filepath.Join(dir, "state.db")); now != present {
				t.Errorf("the emulator has left format %d, want %d", now, present)
			}
		})
	}
}

// kept is what a state file has: its format, and the rows by table and key.
func kept(t *testing.T, path string) (format int, rows map[string]string) {
	t.Helper()
	file, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows = map[string]string{}
	err = file.View(func(tx *bbolt.Tx) error {
		if meta := tx.Bucket([]byte("meta")); meta != nil && meta.Get([]byte("format")) != nil {
			if format, err = strconv.Atoi(string(meta.Get([]byte("format")))); err != nil {
				return err
			}
		}
		return tx.ForEach(func(table []byte, bucket *bbolt.Bucket) error {
			if string(table) == "meta" || string(table) == "stamp" { // the clock goes on
				return nil
			}
			return bucket.ForEach(func(key, row []byte) error {
				rows[string(table)+" "+string(key)] = string(row)
				return nil
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return format, rows
}

// presentFormat is the format of a file that is new.
func presentFormat(t *testing.T) int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	s, err := state.Open(store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	format, _ := kept(t, path)
	return format
}

// TestFormat5 opens a file of an emulator that kept events of tasks and container instances only. Its
// service waits for a decision about the first deployment. The time that the file is of is long ago, so no
// emulator runs on it.
func TestFormat5(t *testing.T) {
	path := filepath.Join(unpack(t, "format5.db.gz"), "state.db")
	want := []string{
		"1 ECS Task State Change PROVISIONING c868afca-410f-5862-8179-ce4aed5ff3f4",
		"2 ECS Task State Change PENDING a5e6aa69-bc1d-59fe-b889-0ff4ceebcea8",
		"3 ECS Task State Change RUNNING c3177307-6dee-5741-9452-8219620d9e78",
	}
	for range 2 { // the second time, in the present format
		rows, err := state.Open(store.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, eventLines(t, rows)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		deployment := state.AllServices(rows.Read())[0].Primary().ServiceDeploymentARN
		hook := state.FindServiceDeployment(rows.Read(), deployment).Hooks[0]
		err = rows.Update(func(tx *store.Tx) error {
			state.DecideLifecycleHook(tx, deployment, hook.ID, types.DeploymentLifecycleHookActionContinue, hook.ExpiresAt)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		lines := eventLines(t, rows)
		if len(lines) != 4 || !strings.HasPrefix(lines[3], "4 ECS Hook State Change HOOK_SUCCEEDED ") {
			t.Fatalf("events %q", lines)
		}
		want = lines
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// eventLines have the number, the type, the status or name, and the id of each event.
func eventLines(t *testing.T, rows *store.Store) (lines []string) {
	t.Helper()
	events, _, _ := outbox.Since(rows, 0)
	for _, e := range events {
		var body struct {
			ID         string
			DetailType string `json:"detail-type"`
			Detail     struct{ LastStatus, EventName string }
		}
		if err := json.Unmarshal(ecs.StateChange(rows.Read(), e), &body); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprint(e.Sequence, " ", body.DetailType, " ", body.Detail.LastStatus+body.Detail.EventName, " ", body.ID))
	}
	return lines
}

// unpack writes a state file, which a killed emulator has left, where another one finds it. formats/README.md says how the
// file of a format is made.
func unpack(t *testing.T, name string) (dir string) {
	t.Helper()
	packed, err := os.Open(filepath.Join("..", "internal", "ecs", "state", "testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	var file io.Reader = bzip2.NewReader(packed)
	if strings.HasSuffix(name, ".gz") {
		if file, err = gzip.NewReader(packed); err != nil {
			t.Fatal(err)
		}
	}
	content, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "state.db"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
