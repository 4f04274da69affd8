package daemon_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestRevisionsAreForgottenWithTheirDeployments: a daemon is updated every day, and the last time went back to the revision of day 2, which
// one instance has; another one has kept the one of day 1.
func TestRevisionsAreForgottenWithTheirDeployments(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	update := func(do func(tx *store.Tx)) {
		t.Helper()
		if err := rows.Update(func(tx *store.Tx) error { do(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	scope, first, day := arn.Scope{Region: "eu-west-1", Account: "123456789012"}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 24*time.Hour
	d := &daemon.Daemon{ARN: daemon.ARN(scope, "default", "logs"), Scope: scope, Cluster: "default", Name: "logs", CreatedAt: first}
	revision := func(n int) string { return daemon.RevisionARN(d, fmt.Sprint(n)) }
	const days = 200
	for n := range days {
		update(func(tx *store.Tx) {
			at, id := first.Add(time.Duration(n)*day), fmt.Sprint(n)
			next := &daemon.Deployment{ARN: daemon.DeploymentARN(d, id), ID: id, Daemon: d.ARN, Target: revision(n), CreatedAt: at}
			r := &daemon.Rollout{Deployment: next.ARN, Status: types.DaemonDeploymentStatusSuccessful, FinishedAt: at}
			if n > 0 {
				next.Sources = []string{revision(n - 1)}
			}
			if n == days-1 {
				r.Status, r.Back = types.DaemonDeploymentStatusRollbackSuccessful, &daemon.Back{Revision: revision(2)}
			}
			daemon.PutRevision(tx, &daemon.Revision{ARN: revision(n), Daemon: d.ARN, CreatedAt: at})
			daemon.NoteDigests(tx, revision(n), &state.Task{Status: state.TaskStatus{Containers: []state.Container{{Name: "agent", ImageDigest: "sha256:0"}}}})
			daemon.PutDeployment(tx, next)
			daemon.PutRollout(tx, r)
			written := *d
			written.Deployment = next.ARN
			daemon.Put(tx, &written)
		})
	}
	update(func(tx *store.Tx) {
		daemon.PutPresence(tx, &daemon.Presence{Instance: "old", Daemon: d.ARN, Revision: revision(1), Running: true})
	})
	const left = 90
	update(func(tx *store.Tx) { daemon.Forget(tx, first.Add((days-left)*day), first) })
	tx := rows.Read()
	if got := len(daemon.Deployments(tx, d.ARN)); got != left {
		t.Fatalf("%d deployments are left", got)
	}
	for n := range days {
		stays := n == 1 || n == 2 || n >= days-left-1 // the last one is the source of the oldest deployment
		if got := daemon.FindRevision(tx, revision(n)) != nil; got != stays {
			t.Errorf("revision %d is there: %t", n, got)
		}
		if got := daemon.Digests(tx, revision(n)) != nil; got != stays {
			t.Errorf("the digests of revision %d are there: %t", n, got)
		}
	}
}
