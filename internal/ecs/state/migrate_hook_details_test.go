package state

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/migration"
)

// Files that were written before have each byte of hookDetails as a number. They are read, and then have base64.
func TestHookDetailsOfAnOlderFormat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	const details = `{"canary": [1, true, "ü"]}`
	var numbers []int
	for _, b := range []byte(details) {
		numbers = append(numbers, int(b))
	}
	row, err := json.Marshal(map[string]any{"aRN": "d", "hooks": []map[string]any{{"iD": "told", "details": numbers}, {"iD": "silent"}}})
	if err != nil {
		t.Fatal(err)
	}
	write := func(rows *store.StoredRows) error { return rows.Put("service-deployment", "d", row) }
	for _, until := range [][]store.Migration{migration.All[:5], append(slices.Clone(migration.All[:5]), write, migration.All[6])} {
		old, err := store.Open(store.Options{Path: path, Migrations: until})
		if err != nil {
			t.Fatal(err)
		}
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time, in the present format
		s := openAt(t, path)
		d := FindServiceDeployment(s.Read(), "d")
		if told, silent := d.Hook("told").Details, d.Hook("silent").Details; string(told) != details || silent != nil {
			t.Errorf("%s, %s", told, silent)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(written, []byte(`"details":[`)) {
		t.Error("a byte is a number still")
	}
}
