package state

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/migration"
)

// TestEventsOfAnOlderFile opens a file whose events are bare tasks, as they were before
// there were others.
func TestEventsOfAnOlderFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	const before = 4 // what had been there
	older, err := store.Open(store.Options{Path: path, Migrations: migration.All[:before]})
	if err != nil {
		t.Fatal(err)
	}
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	task := &Task{
		ARN: scope.Task("shop", "1"), Spec: &TaskSpec{ClusterARN: scope.Cluster("shop"), CreatedAt: time.Unix(1_800_000_000, 0)},
		Status: TaskStatus{LastStatus: Pending},
	}
	update(t, older, func(tx *store.Tx) { AddTask(tx, task) })
	if err := older.Close(); err != nil {
		t.Fatal(err)
	}

	bare := func(rows *store.StoredRows) error {
		return rows.Rewrite("task-event", func(row []byte) ([]byte, error) {
			return bytes.TrimSuffix(bytes.TrimPrefix(row, []byte(`{"task":`)), []byte("}")), nil
		})
	}
	migrations := slices.Concat(migration.All[:before], []store.Migration{bare, migration.All[before]})
	newer, err := store.Open(store.Options{Path: path, Migrations: migrations})
	if err != nil {
		t.Fatal(err)
	}
	defer newer.Close()
	events, _, _ := outbox.Since(newer, 0)
	if len(events) != 1 || outbox.As[Task](events[0]) == nil || outbox.As[Task](events[0]).ARN != task.ARN || outbox.As[Task](events[0]).Version != 1 {
		t.Errorf("events: %+v", events)
	}
}
