package ecr_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Tasks that start together pull an image as it was before any of them, and at times in any order.
func TestPullsTogetherAreRecordedOnce(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	web := &ecr.Repository{Scope: arn.Scope{Region: "eu-west-1", Account: "123456789012"}, Name: "web"}
	before := &ecr.Image{Scope: web.Scope, Repository: web.Name, Digest: "sha256:0"}
	if err := rows.Update(func(tx *store.Tx) error { ecr.Images.Put(tx, before); return nil }); err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ later, want time.Duration }{{0, 0}, {59 * time.Second, 0}, {-time.Second, 0}, {time.Minute, time.Minute}} {
		ecr.RecordPulls(rows, first.Add(c.later), before)
		if at := ecr.Images.Find(rows.Read(), web, before.Digest).PulledAt; !at.Equal(first.Add(c.want)) {
			t.Errorf("%s after the first pull it was pulled at %s", c.later, at)
		}
	}
}
