package instancecause

import (
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// TestAnInstanceThatWaitsForItsDaemons names the critical ones that do not run, and how often they have failed.
func TestAnInstanceThatWaitsForItsDaemons(t *testing.T) {
	scope, now := arn.Scope{Region: "us-east-1", Account: "000000000000"}, time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := &state.ContainerInstance{
		ARN: scope.ContainerInstance("default", "0123456789abcdef0123456789abcdef"), Status: state.InstanceRegistering, AgentConnected: true, RegisteredAt: now,
	}
	put := func(name string, critical bool, failures int) {
		d := &daemon.Daemon{ARN: daemon.ARN(scope, "default", name), Scope: scope, Cluster: "default", Name: name}
		r := &daemon.Revision{ARN: daemon.RevisionARN(d, "1"), Daemon: d.ARN, TaskDefinition: daemon.DefinitionARN(scope, name, 7), Critical: critical}
		err := rows.Update(func(tx *store.Tx) error {
			daemon.PutRevision(tx, r)
			daemon.PutPresence(tx, &daemon.Presence{Instance: c.ARN, Daemon: d.ARN, Revision: r.ARN, Failures: failures, Due: now})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put("extra", false, 5)
	put("logs", true, 0)
	f := &why.Facts{Tx: rows.Read(), Now: now}
	if got := Explain(f, c); len(got) != 1 || got[0].Cause != why.Starting || len(got[0].Evidence) != 1 {
		t.Errorf("%+v", got)
	}
	put("logs", true, 3)
	f.Tx = rows.Read()
	got := Explain(f, c)
	if len(got) != 1 || got[0].Cause != why.DaemonNotStarted || !strings.Contains(got[0].Evidence[0].Text, "critical daemon logs of logs:7 has not started 3 times in a row") {
		t.Errorf("%+v", got)
	}
}
