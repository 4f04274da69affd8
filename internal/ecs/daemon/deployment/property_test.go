package deployment_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon/deployment"
)

var scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}

var provider = scope.CapacityProvider("managed")

// host is an instance in a world without an emulator.
type host struct {
	id, status    string
	leaving, ours bool
	replacement   *host
	apps          int
	tasks         map[string]*deployment.Task // by daemon
}

// world has daemons, instances and what AWS does with both, step by step.
type world struct {
	t       *rapid.T
	store   *store.Store
	now     time.Time
	hosts   []*host
	made    int
	names   []string
	breaks  map[string]bool // revisions whose tasks fail
	started int
}

func (w *world) update(do func(tx *store.Tx)) {
	if err := w.store.Update(func(tx *store.Tx) error { do(tx); return nil }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) launch(tx *store.Tx) *host {
	w.made++
	h := &host{id: fmt.Sprint("i-", w.made), status: "ACTIVE", tasks: map[string]*deployment.Task{}}
	if daemon.Blocking(tx, provider) {
		h.status = "REGISTERING"
	}
	daemon.Assign(tx, h.id, provider)
	w.hosts = append(w.hosts, h)
	return h
}

// deploy begins a deployment, as handlers do.
func (w *world) deploy(tx *store.Tx, name string, critical, broken, deletes bool, drain float64) {
	d := &daemon.Daemon{ARN: daemon.ARN(scope, "default", name), Scope: scope, Cluster: "default", Name: name, CreatedAt: w.now, UpdatedAt: w.now}
	if known := daemon.Find(tx, d.ARN); known != nil {
		if !known.DeletedAt.IsZero() {
			return
		}
		copied := *known
		d = &copied
	} else if deletes {
		return
	} else {
		daemon.Make(tx, d)
	}
	w.made++
	next := &daemon.Deployment{
		ARN: daemon.DeploymentARN(d, fmt.Sprint(w.made)), ID: fmt.Sprint(w.made), Daemon: d.ARN, Providers: []string{provider},
		Configuration: types.DaemonDeploymentConfiguration{DrainPercent: aws.Float64(drain), BakeTimeInMinutes: int32(w.made % 2)}, CreatedAt: w.now,
	}
	next.Stable, next.Sources = d.Before(tx)
	if deletes {
		d.DeletedAt = w.now
	} else {
		r := &daemon.Revision{ARN: daemon.RevisionARN(d, fmt.Sprint(w.made)), Daemon: d.ARN, Providers: []string{provider}, Critical: critical}
		daemon.PutRevision(tx, r)
		next.Target = r.ARN
		w.breaks[r.ARN] = broken
	}
	daemon.PutDeployment(tx, next)
	d.Deployment = next.ARN
	daemon.Put(tx, d)
}

// step does what controllers and agents do once.
func (w *world) step(tx *store.Tx) {
	w.now = w.now.Add(30 * time.Second)
	for _, d := range daemon.List(tx, scope, "") {
		for _, each := range daemon.Deployments(tx, d.ARN) {
			if !daemon.Ended(each.RolloutOf(tx).Status) {
				w.rollOut(tx, d, each)
			}
		}
	}
	for _, h := range slices.Clone(w.hosts) {
		w.look(tx, h)
		w.manage(tx, h)
	}
}

func (w *world) rollOut(tx *store.Tx, d *daemon.Daemon, each *daemon.Deployment) {
	v := deployment.View{
		Now: w.now, Deployment: each, Rollout: *each.RolloutOf(tx), Superseded: d.Deployment != each.ARN,
		Target: daemon.FindRevision(tx, each.Target), Former: daemon.FindRevision(tx, each.Stable),
	}
	for _, h := range w.hosts {
		v.Instances = append(v.Instances, deployment.Instance{
			ID: h.id, Provider: provider, Presence: daemon.FindPresence(tx, h.id, d.ARN), Leaving: h.leaving, Ours: h.ours, Drains: h.status == "DRAINING",
		})
	}
	p := deployment.Next(v)
	if len(p.Drain) > max(1, p.Rollout.Batch) {
		w.t.Fatalf("%d instances are replaced at once, of %d in a batch", len(p.Drain), p.Rollout.Batch)
	}
	daemon.PutRollout(tx, &p.Rollout)
	for _, h := range w.hosts {
		if slices.Contains(p.Drain, h.id) {
			h.leaving, h.ours = true, true
		}
		if slices.Contains(p.Keep, h.id) {
			h.leaving, h.ours = false, false
		}
	}
	if p.Gone {
		daemon.End(tx, d, w.now)
	}
}

func (w *world) look(tx *store.Tx, h *host) {
	v := deployment.Host{Now: w.now, Status: h.status, Leaving: h.leaving, Repairs: true, Others: h.apps}
	for _, p := range daemon.Due(tx, h.id, provider, h.status == "REGISTERING") {
		hosted := deployment.Hosted{Presence: *p, Task: h.tasks[p.Daemon]}
		if r := daemon.FindRevision(tx, p.Revision); r != nil {
			hosted.Critical = r.Critical
		}
		if d := daemon.Find(tx, p.Daemon); d != nil {
			if r := d.Wanted(tx, provider); r != nil {
				hosted.Wanted, hosted.WantedCritical = r.ARN, r.Critical
			}
		}
		v.Daemons = append(v.Daemons, hosted)
	}
	plan := deployment.OnInstance(v)
	for _, name := range plan.Drop {
		daemon.RemovePresence(tx, daemon.FindPresence(tx, h.id, name))
	}
	for _, p := range plan.Presences {
		if slices.Contains(plan.Start, p.Daemon) {
			if t := h.tasks[p.Daemon]; t != nil && !t.Ended {
				w.t.Fatalf("a second task of %s on %s", p.Daemon, h.id)
			}
			w.started++
			p.Task = fmt.Sprint("task", w.started)
			h.tasks[p.Daemon] = &deployment.Task{ARN: p.Task, Ready: !w.breaks[p.Revision], Ended: w.breaks[p.Revision]}
		}
		daemon.PutPresence(tx, &p)
	}
	for _, f := range plan.Failures {
		p := daemon.FindPresence(tx, h.id, f.Daemon)
		owner := daemon.Find(tx, f.Daemon)
		if owner == nil {
			continue
		}
		newest := daemon.FindDeployment(tx, owner.Deployment)
		r := *newest.RolloutOf(tx)
		if deployment.Count(&r, newest, p.Revision) {
			daemon.PutRollout(tx, &r)
		}
	}
	for _, t := range h.tasks {
		if slices.Contains(plan.Stop, t.ARN) || slices.Contains(plan.Unhealthy, t.ARN) {
			t.Ended = true
		}
	}
	if len(plan.Repair) > 0 {
		h.leaving = true
	}
	if plan.Activate {
		for _, p := range daemon.On(tx, h.id) {
			if daemon.FindRevision(tx, p.Revision).Critical && !p.Running {
				w.t.Fatalf("%s takes tasks without %s", h.id, p.Daemon)
			}
			if p.Task == "" && p.Failures == 0 {
				w.t.Fatalf("%s takes tasks before %s has its room", h.id, p.Daemon)
			}
		}
		h.status = "ACTIVE"
	}
}

// manage is what the controller of managed instances does.
func (w *world) manage(tx *store.Tx, h *host) {
	switch {
	case h.leaving && h.status != "DRAINING" && h.replacement == nil:
		h.replacement = w.launch(tx)
	case h.leaving && h.status != "DRAINING" && (h.replacement.status == "ACTIVE" || h.replacement.leaving):
		h.status = "DRAINING"
	case h.status == "DRAINING":
		h.apps = 0
		for _, t := range h.tasks {
			if !t.Ended {
				return
			}
		}
		w.hosts = slices.DeleteFunc(w.hosts, func(o *host) bool { return o == h })
		for _, p := range daemon.On(tx, h.id) {
			daemon.RemovePresence(tx, p)
		}
	}
}

// TestDeploymentsEnd: however daemons are updated, deleted and fail, and instances drain, no instance has two tasks of one daemon or
// takes tasks before its critical daemons run, and in the end each deployment is in a state that stays (DM7).
func TestDeploymentsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := store.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, store: s, now: time.Unix(1e9, 0), breaks: map[string]bool{}, names: []string{"logs", "metrics"}}
		w.update(func(tx *store.Tx) {
			for range rapid.IntRange(0, 9).Draw(t, "instances") {
				w.launch(tx)
			}
		})
		anyHost := func() *host {
			if len(w.hosts) == 0 {
				t.Skip("no instance")
			}
			return w.hosts[rapid.IntRange(0, len(w.hosts)-1).Draw(t, "instance")]
		}
		deploy := func(broken, deletes bool) func(*rapid.T) {
			return func(t *rapid.T) {
				name, critical := rapid.SampledFrom(w.names).Draw(t, "name"), rapid.Bool().Draw(t, "critical")
				drain := rapid.SampledFrom([]float64{0, 25, 100}).Draw(t, "drain")
				w.update(func(tx *store.Tx) { w.deploy(tx, name, critical, broken, deletes, drain) })
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"update": deploy(false, false),
			"break":  deploy(true, false),
			"delete": deploy(false, true),
			"step": func(t *rapid.T) {
				for range rapid.IntRange(1, 12).Draw(t, "times") {
					w.update(w.step)
				}
			},
			"launch": func(*rapid.T) { w.update(func(tx *store.Tx) { w.launch(tx) }) },
			"spot":   func(*rapid.T) { anyHost().leaving = true },
			"place": func(t *rapid.T) {
				if h := anyHost(); h.status == "ACTIVE" {
					h.apps++
				}
			},
			"fail": func(t *rapid.T) {
				for _, task := range anyHost().tasks {
					if rapid.Bool().Draw(t, "ends") {
						task.Ended, task.Ready = true, false
					} else {
						task.Unhealthy, task.Ready = true, false
					}
				}
			},
		})
		w.settle()
	})
}

func (w *world) settle() {
	for i := range 2000 {
		if i == 1000 {
			clear(w.breaks) // one that was deployed where no instance was may hold all others up
		}
		w.update(w.step)
		if over(w.store.Read()) {
			return
		}
	}
	tx := w.store.Read()
	for _, d := range daemon.List(tx, scope, "") {
		for _, each := range daemon.Deployments(tx, d.ARN) {
			w.t.Errorf("%s %s: %+v", d.Name, each.ID, *each.RolloutOf(tx))
		}
	}
	for _, h := range w.hosts {
		w.t.Errorf("%s %s leaving %t ours %t apps %d", h.id, h.status, h.leaving, h.ours, h.apps)
	}
	w.t.Fatal("a deployment does not end")
}

func over(tx *store.Tx) bool {
	for _, d := range daemon.List(tx, scope, "") {
		if !d.DeletedAt.IsZero() {
			return false
		}
		for _, each := range daemon.Deployments(tx, d.ARN) {
			if !daemon.Ended(each.RolloutOf(tx).Status) {
				return false
			}
		}
	}
	return true
}
