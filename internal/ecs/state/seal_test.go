package state

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// TestFormat15 opens a file whose rows have no checksums, of an emulator with a task that runs and two that begin.
func TestFormat15(t *testing.T) {
	path := unpacked(t, "testdata/format15.db.gz")
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	read := func() *store.Store {
		t.Helper()
		s := openAt(t, path)
		tx := s.Read()
		events, _, _ := outbox.Since(s, 0)
		if got := FindTask(tx, scope.Task("c", "1")); len(AllTasks(tx)) != 3 || got.Status.LastStatus != Running || len(events) != 5 {
			t.Errorf("%d tasks, one of them %+v, and %d events", len(AllTasks(tx)), got, len(events))
		}
		if stamp := string(s.Stamped()); !strings.HasPrefix(stamp, `{"clock":"2023`) {
			t.Errorf("the stamp is %q", stamp)
		}
		if taskdefinition.Find(tx, scope, "web", 1) == nil || CPUOnFargate(tx, scope) != (FargateCPU{OnDemand: 768}) {
			t.Errorf("definitions or counts are gone: %+v", CPUOnFargate(tx, scope))
		}
		return s
	}
	content := func() []byte {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	before := content()
	if err := read().Abandon(); err != nil || !bytes.Equal(content(), before) {
		t.Fatalf("reading has changed the file, %v", err)
	}
	if err := read().Close(); err != nil || bytes.Equal(content(), before) {
		t.Fatalf("the file is as it was, %v", err)
	}
	if err := read().Close(); err != nil {
		t.Fatal(err)
	}
}
