package emulator_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/google/go-cmp/cmp"
)

// TestFormat5 opens a file of an emulator that kept events of tasks and container instances only. Its
// service waits for a decision about the first deployment. The time that the file is of is long ago, so no
// emulator runs on it.
func TestFormat5(t *testing.T) {
	path := unpacked(t, "format5")
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

// unpacked is a copy of a file in a folder of the test's own.
func unpacked(t *testing.T, name string) (path string) {
	t.Helper()
	packed, err := os.Open("testdata/" + name + ".db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	file, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
