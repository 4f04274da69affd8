package deployment_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon/deployment"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// view is a deployment from the revision a to b on eight instances.
func view(drain float64) deployment.View {
	v := deployment.View{
		Now:        noon,
		Deployment: &daemon.Deployment{ARN: "d", Target: "b", Stable: "a", Sources: []string{"a"}, Configuration: types.DaemonDeploymentConfiguration{DrainPercent: &drain, BakeTimeInMinutes: 5}},
		Rollout:    daemon.Rollout{Status: types.DaemonDeploymentStatusPending},
		Target:     &daemon.Revision{ARN: "b", Providers: []string{"p"}, Critical: true}, Former: &daemon.Revision{ARN: "a", Providers: []string{"p"}},
	}
	for _, id := range []string{"i1", "i2", "i3", "i4", "i5", "i6", "i7", "i8"} {
		v.Instances = append(v.Instances, deployment.Instance{ID: id, Provider: "p", Presence: &daemon.Presence{Revision: "a", Running: true}})
	}
	return v
}

func TestBatches(t *testing.T) {
	for _, c := range []struct {
		n       int
		percent float64
		want    int
	}{{8, 25, 2}, {8, 100, 8}, {8, 0, 1}, {3, 25, 1}, {0, 25, 1}, {500, 25, 125}, {7, 50, 3}} {
		if got := deployment.Batch(c.n, c.percent); got != c.want {
			t.Errorf("%v%% of %d are %d, want %d", c.percent, c.n, got, c.want)
		}
	}
}

// TestAnUpdate replaces batch by batch, waits for the replacements, bakes and is SUCCESSFUL.
func TestAnUpdate(t *testing.T) {
	v := view(25)
	p := deployment.Next(v)
	if !slices.Equal(p.Drain, []string{"i1", "i2"}) || p.Rollout.Status != types.DaemonDeploymentStatusInProgress || !p.Rollout.StartedAt.Equal(noon) {
		t.Fatal(p)
	}
	v.Rollout = p.Rollout
	for i := range 2 {
		v.Instances[i].Leaving, v.Instances[i].Ours = true, true
	}
	if p = deployment.Next(v); len(p.Drain) > 0 {
		t.Error("the next batch begins before the first one is over", p)
	}
	for i := range v.Instances {
		v.Instances[i].Leaving, v.Instances[i].Ours, v.Instances[i].Presence = false, false, &daemon.Presence{Revision: "b", Running: i > 0}
	}
	if p = deployment.Next(v); p.Rollout.Status != types.DaemonDeploymentStatusInProgress || !p.WakeAt.IsZero() {
		t.Error("it does not wait for a replacement", p)
	}
	v.Instances[0].Presence = &daemon.Presence{Revision: "b", Without: true}
	if p = deployment.Next(v); !p.WakeAt.IsZero() {
		t.Error("an instance is taken for done without its critical daemon", p)
	}
	v.Instances[0].Presence = &daemon.Presence{Revision: "b", Running: true}
	p = deployment.Next(v)
	if until := noon.Add(5 * time.Minute); !p.WakeAt.Equal(until) || p.Rollout.Status != types.DaemonDeploymentStatusInProgress {
		t.Fatal("it does not bake", p, p.WakeAt)
	}
	v.Rollout, v.Now = p.Rollout, p.WakeAt
	if p = deployment.Next(v); p.Rollout.Status != types.DaemonDeploymentStatusSuccessful || p.Gone || !p.Rollout.FinishedAt.Equal(v.Now) {
		t.Error(p)
	}
}

// TestCapacityProvidersGoOnByThemselves: instances of one that wait for another daemon hold the others up no more.
func TestCapacityProvidersGoOnByThemselves(t *testing.T) {
	v := view(25)
	v.Deployment.Providers = []string{"p", "q"}
	v.Target.Providers, v.Former.Providers = v.Deployment.Providers, v.Deployment.Providers
	for i := range 4 {
		v.Instances[i].Provider = "q"
	}
	p := deployment.Next(v)
	if !slices.Equal(p.Drain, []string{"i1", "i5"}) {
		t.Fatal(p)
	}
	v.Rollout = p.Rollout
	v.Instances[0].Leaving, v.Instances[0].Ours = true, true // and so it stays
	v.Instances[4].Presence = &daemon.Presence{Revision: "b", Running: true}
	if p = deployment.Next(v); !slices.Equal(p.Drain, []string{"i6"}) {
		t.Error(p)
	}
	for i := 5; i < len(v.Instances); i++ {
		v.Instances[i].Presence = v.Instances[4].Presence
	}
	if p = deployment.Next(v); len(p.Drain) > 0 || !p.Rollout.BakesFrom.IsZero() || p.Rollout.Status != types.DaemonDeploymentStatusInProgress {
		t.Error("it bakes before all are replaced", p)
	}
}

// TestWaysBack: the circuit breaker and alarms take a deployment back, or end it if there was nothing before.
func TestWaysBack(t *testing.T) {
	v := view(100)
	v.Rollout = deployment.Next(v).Rollout
	v.Instances[0].Presence = &daemon.Presence{Revision: "b"}
	v.Instances[1].Leaving, v.Instances[1].Ours = true, true
	broken := v
	broken.Rollout.Failures = broken.Rollout.Threshold
	p := deployment.Next(broken)
	if p.Rollout.Status != types.DaemonDeploymentStatusRollbackInProgress || p.Rollout.Back.Revision != "a" ||
		!slices.Equal(p.Drain, []string{"i1"}) || !slices.Equal(p.Keep, []string{"i2"}) {
		t.Error(p)
	}
	late := v // i2 drains already, with the revision to which the rollback leads
	late.Rollout, late.Instances = p.Rollout, slices.Clone(v.Instances)
	late.Instances[0].Presence, late.Instances[1].Drains = v.Instances[2].Presence, true
	if p := deployment.Next(late); p.Rollout.Status != types.DaemonDeploymentStatusRollbackSuccessful || len(p.Keep) > 0 {
		t.Error("the rollback waits for an instance that has the former revision", p)
	}
	broken.Rollout = p.Rollout
	broken.Rollout.BackFailures = broken.Rollout.Threshold
	if p = deployment.Next(broken); p.Rollout.Status != types.DaemonDeploymentStatusRollbackFailed {
		t.Error(p)
	}
	alarmed := v
	alarmed.Alarmed = []string{"errors"}
	if p = deployment.Next(alarmed); p.Rollout.Status != types.DaemonDeploymentStatusRollbackInProgress || !slices.Equal(p.Rollout.Triggered, alarmed.Alarmed) {
		t.Error(p)
	}
	alarmed.Rollout.AlarmsIgnored = true
	if p = deployment.Next(alarmed); p.Rollout.Status != types.DaemonDeploymentStatusInProgress {
		t.Error(p)
	}
	first := v
	first.Former, first.Rollout.Failures = nil, v.Rollout.Threshold
	if p = deployment.Next(first); p.Rollout.Status != types.DaemonDeploymentStatusStopped || p.Rollout.StoppedAt.IsZero() || !slices.Equal(p.Keep, []string{"i2"}) {
		t.Error(p)
	}
	deletion := v
	deletion.Deployment = &daemon.Deployment{ARN: "d", Stable: "a", Configuration: v.Deployment.Configuration}
	deletion.Target, deletion.Alarmed, deletion.Rollout.Failures = nil, []string{"errors"}, v.Rollout.Threshold
	if p = deployment.Next(deletion); p.Rollout.Status != types.DaemonDeploymentStatusInProgress {
		t.Error("a deletion is taken back", p)
	}
	v.Superseded = true
	if p = deployment.Next(v); p.Rollout.Status != types.DaemonDeploymentStatusStopped || p.Rollout.Reason != deployment.Superseded {
		t.Error(p)
	}
}

// TestRoomOfDaemonsThatAreNotCritical: an instance takes others once each daemon has its task, or has failed.
func TestRoomOfDaemonsThatAreNotCritical(t *testing.T) {
	for _, c := range []struct {
		name      string
		is        deployment.Hosted
		activates bool
	}{
		{"it starts now", deployment.Hosted{Presence: daemon.Presence{Revision: "r"}, Wanted: "r"}, true},
		{"its task starts", deployment.Hosted{Presence: daemon.Presence{Revision: "r", Task: "t"}, Task: &deployment.Task{ARN: "t"}, Wanted: "r"}, true},
		{"its task has failed", deployment.Hosted{Presence: daemon.Presence{Revision: "r", Failures: 1, Due: noon.Add(time.Second)}, Wanted: "r"}, true},
		{"another revision comes", deployment.Hosted{Presence: daemon.Presence{Revision: "q", Task: "t"}, Task: &deployment.Task{ARN: "t"}, Wanted: "r"}, false},
		{"another revision starts now", deployment.Hosted{Presence: daemon.Presence{Revision: "q", Task: "t"}, Task: &deployment.Task{ARN: "t", Ended: true}, Wanted: "r"}, true},
		{"it stops, and is not to come back", deployment.Hosted{Presence: daemon.Presence{Revision: "q", Task: "t"}, Task: &deployment.Task{ARN: "t", Requested: true}}, false},
		{"it is not to be there", deployment.Hosted{Presence: daemon.Presence{Revision: "q"}}, true},
	} {
		c.is.Presence.Daemon = "extra"
		p := deployment.OnInstance(deployment.Host{Now: noon, Status: "REGISTERING", Daemons: []deployment.Hosted{c.is}})
		if p.Activate != c.activates {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}

// TestOnInstance is the life of an instance with a critical daemon and another one.
func TestOnInstance(t *testing.T) {
	presence := func(name string) daemon.Presence {
		return daemon.Presence{Instance: "i", Daemon: name, Revision: "r", Task: name + "-task"}
	}
	h := deployment.Host{Now: noon, Status: "REGISTERING", Repairs: true, Daemons: []deployment.Hosted{
		{Presence: presence("logs"), Critical: true, Task: &deployment.Task{ARN: "logs-task"}, Wanted: "r"},
		{Presence: presence("extra"), Task: &deployment.Task{ARN: "extra-task"}, Wanted: "r"},
	}}
	if p := deployment.OnInstance(h); p.Activate || len(p.Start) > 0 {
		t.Errorf("%+v", p)
	}
	h.Daemons[0].Task.Ready = true
	p := deployment.OnInstance(h)
	if !p.Activate || !p.Presences[0].Ran {
		t.Errorf("it does not become ACTIVE: %+v", p)
	}
	h.Status, h.Daemons[0].Presence = "ACTIVE", p.Presences[0]
	h.Daemons[1].Task.Ended, h.Daemons[1].Task.Reason = true, "exit"
	if p = deployment.OnInstance(h); len(p.Failures) != 1 || p.Failures[0].Reason != "exit" || len(p.Repair) > 0 || !p.Presences[1].Without || !p.WakeAt.Equal(noon.Add(10*time.Second)) {
		t.Errorf("%+v", p)
	}
	h.Now, h.Daemons[1] = p.WakeAt, deployment.Hosted{Presence: p.Presences[1], Wanted: "r"}
	if p = deployment.OnInstance(h); !slices.Equal(p.Start, []string{"extra"}) || len(p.Failures) > 0 {
		t.Errorf("%+v", p)
	}
	h.Daemons[0].Task = &deployment.Task{ARN: "logs-task", Unhealthy: true}
	if p = deployment.OnInstance(h); !slices.Equal(p.Repair, []string{"logs"}) || !slices.Equal(p.Unhealthy, []string{"logs-task"}) {
		t.Errorf("%+v", p)
	}
	h.Daemons[0].Task = &deployment.Task{ARN: "logs-task", Requested: true}
	if p = deployment.OnInstance(h); !slices.Equal(p.Repair, []string{"logs"}) {
		t.Errorf("it is not replaced before a user's stop of its daemon is done: %+v", p)
	}
	h.Repairs, h.Daemons[0].Task = false, &deployment.Task{ARN: "logs-task", Ended: true}
	if p = deployment.OnInstance(h); len(p.Repair) > 0 || len(p.Failures) != 1 || slices.Contains(p.Start, "logs") {
		t.Errorf("with auto repair disabled: %+v", p)
	}
	h.Now, h.Daemons[0] = p.WakeAt, deployment.Hosted{Presence: p.Presences[0], Critical: true, Wanted: "r", WantedCritical: true}
	if p = deployment.OnInstance(h); len(p.Repair) > 0 || !slices.Contains(p.Start, "logs") {
		t.Errorf("with auto repair disabled it does not start again: %+v", p)
	}
	h.Status, h.Others, h.Daemons[0].Task = "DRAINING", 1, &deployment.Task{ARN: "logs-task", Ready: true}
	if p = deployment.OnInstance(h); len(p.Stop) > 0 || !p.Presences[0].Draining {
		t.Errorf("%+v", p)
	}
	h.Others = 0
	if p = deployment.OnInstance(h); !slices.Equal(p.Stop, []string{"logs-task"}) {
		t.Errorf("%+v", p)
	}
	h.Status = "INACTIVE"
	if p = deployment.OnInstance(h); !p.Remove {
		t.Errorf("%+v", p)
	}
}
