package ecs_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Default clusters are there again in the same transaction, also on disk.
func TestResetLeavesTheDefaultClusters(t *testing.T) {
	here, there := arn.Scope{Region: "us-east-1", Account: "111111111111"}, arn.Scope{Region: "eu-west-1", Account: "222222222222"}
	where := store.Options{Path: filepath.Join(t.TempDir(), "state.db")}
	rows, err := state.Open(where)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(tx *store.Tx){
		func(tx *store.Tx) {
			state.Clusters.Put(tx, &state.Cluster{ARN: here.Cluster("default"), Name: "default", Status: "INACTIVE"})
			state.Clusters.Put(tx, &state.Cluster{ARN: here.Cluster("shop"), Name: "shop", Status: "ACTIVE"})
			state.Clusters.Put(tx, &state.Cluster{ARN: there.Cluster("default"), Name: "default", Status: "ACTIVE"})
		},
		func(tx *store.Tx) { ecs.Reset(tx, time.Unix(1_700_000_000, 0), true) },
	} {
		if err := rows.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	expect := func() {
		t.Helper()
		var got []string
		for _, c := range state.Clusters.All(rows.Read()) {
			if c.Active() && len(c.CapacityProviders) == 2 && c.CreatedAt.Equal(time.Unix(1_700_000_000, 0)) {
				got = append(got, c.ARN)
			}
		}
		if want := []string{there.Cluster("default"), here.Cluster("default")}; !slices.Equal(got, want) {
			t.Errorf("clusters %q, want %q", got, want)
		}
	}
	expect()
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	if rows, err = state.Open(where); err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	expect()
}
