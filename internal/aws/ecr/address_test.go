package ecr_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Names of images have the addresses of before, of which the latest ones are kept.
func TestAddressesOfTheRegistry(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	find := func(host string) {
		at = at.Add(time.Hour)
		if err := rows.Update(func(tx *store.Tx) error { ecr.KeepAddress(tx, host, at); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	find("127.0.0.1:9000")
	find("127.0.0.1:9001")
	for n := range 14 {
		find(fmt.Sprintf("127.0.0.1:%d", 4577+n))
	}
	find("127.0.0.1:9000") // once more
	find("127.0.0.1:9002")
	got := ecr.Addresses(rows.Read())
	if len(got) != 16 || !slices.Contains(got, "127.0.0.1:9000") || slices.Contains(got, "127.0.0.1:9001") {
		t.Errorf("kept are %d: %q", len(got), got)
	}
}
