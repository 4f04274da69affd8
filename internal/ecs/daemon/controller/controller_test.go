package controller_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon/controller"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var (
	scope    = arn.Scope{Region: "eu-west-1", Account: "123456789012"}
	provider = scope.CapacityProvider("managed")
)

// world is a cluster with a capacity provider of managed instances, of which the test is the controller and the agent.
type world struct {
	*testing.T
	store  *store.Store
	clock  *clock.Clock
	loop   *reconcile.Loop
	made   int
	broken map[string]bool // task definitions whose tasks end at once
}

func inWorld(t *testing.T, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, store: rows, clock: clock.New(clock.Options{}), broken: map[string]bool{}}
		defer w.clock.Close()
		w.loop = controller.New(w.store, w.clock, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { _ = w.loop.Run(ctx); close(ended) }()
		w.update(func(tx *store.Tx) {
			state.Clusters.Put(tx, &state.Cluster{ARN: scope.Cluster("default"), Name: "default", Status: "ACTIVE", CapacityProviders: []string{"managed"}})
		})
		test(w)
		cancel()
		<-ended
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (w *world) update(do func(tx *store.Tx)) {
	w.Helper()
	if err := w.store.Update(func(tx *store.Tx) error { do(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

func (w *world) launch(tx *store.Tx, replaces string) {
	w.made++
	id, status := fmt.Sprintf("i-%d", w.made), state.InstanceActive
	if daemon.Blocking(tx, provider) {
		status = state.InstanceRegistering
	}
	on := scope.ContainerInstance("default", fmt.Sprintf("%032d", w.made))
	managed.Put(tx, &managed.Instance{Scope: scope, ID: id, Provider: provider, Cluster: scope.Cluster("default"), Replaces: replaces})
	state.PutContainerInstance(tx, &state.ContainerInstance{
		ARN: on, EC2InstanceID: id, LaunchType: types.LaunchTypeManagedInstances, Status: status, AgentConnected: true,
		Registered: state.Resources{CPU: 1024, Memory: 2048}, CapacityProvider: "managed",
	}, w.clock.Now())
	daemon.Assign(tx, on, provider)
}

// deploy registers a definition, and makes or updates a daemon of it, as handlers do. Without a definition it deletes it.
func (w *world) deploy(name string, critical, broken, deletes bool) (deployment string) {
	w.update(func(tx *store.Tx) {
		d := &daemon.Daemon{ARN: daemon.ARN(scope, "default", name), Scope: scope, Cluster: "default", Name: name, CreatedAt: w.clock.Now(), UpdatedAt: w.clock.Now()}
		if known := daemon.Find(tx, d.ARN); known != nil {
			copied := *known
			d = &copied
		} else {
			daemon.Make(tx, d)
		}
		w.made++
		next := &daemon.Deployment{
			ARN: daemon.DeploymentARN(d, fmt.Sprint("d", w.made)), ID: fmt.Sprint("d", w.made), Daemon: d.ARN, Providers: []string{provider},
			Configuration: types.DaemonDeploymentConfiguration{DrainPercent: aws.Float64(50)}, CreatedAt: w.clock.Now().Add(time.Duration(w.made)),
		}
		next.Stable, next.Sources = d.Before(tx)
		if deletes {
			d.DeletedAt = w.clock.Now()
		} else {
			def := &daemon.Definition{Family: name}
			daemon.Register(tx, scope, def, &types.TaskDefinition{
				Cpu: aws.String("128"), Memory: aws.String("64"), NetworkMode: types.NetworkModeBridge,
				ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("agent"), Image: aws.String("busybox"), Essential: aws.Bool(true)}},
			}, "me", w.clock.Now())
			r := &daemon.Revision{ARN: daemon.RevisionARN(d, fmt.Sprint("r", w.made)), Daemon: d.ARN, TaskDefinition: def.ARN, Providers: []string{provider}, Critical: critical}
			daemon.PutRevision(tx, r)
			next.Target = r.ARN
			w.broken[def.ARN] = broken
		}
		daemon.PutDeployment(tx, next)
		d.Deployment = next.ARN
		daemon.Put(tx, d)
		deployment = next.ARN
	})
	return deployment
}

// step is what agents and the controller of managed instances do, once all else has nothing to do.
func (w *world) step() {
	w.Helper()
	synctest.Wait()
	w.update(func(tx *store.Tx) {
		for _, t := range state.AllTasks(tx) {
			next := t.Status.Clone()
			switch {
			case t.Ended():
				continue
			case t.Stop != nil || w.broken[t.Scope().TaskDefinition(t.Spec.Family, t.Spec.Revision)]:
				next.LastStatus, next.StoppedAt = state.Stopped, w.clock.Now()
			case t.Status.LastStatus == state.Running:
				continue
			default:
				next.LastStatus = state.Running
			}
			if err := state.PutTaskStatus(tx, t.ARN, state.TaskStep{Status: next, At: w.clock.Now()}); err != nil {
				w.Error(err)
			}
		}
		for _, i := range managed.Instances(tx, provider) {
			w.manage(tx, i)
		}
	})
	time.Sleep(15 * time.Second) // of the bubble, so that attempts are due
	synctest.Wait()
	w.check()
}

func (w *world) manage(tx *store.Tx, i *managed.Instance) {
	on := state.ContainerInstanceOf(tx, scope, i.ID)
	changed := *i
	switch {
	case len(i.Drains) == 0:
		return
	case i.ReplacedBy == "":
		w.launch(tx, i.ID)
		changed.ReplacedBy = fmt.Sprintf("i-%d", w.made)
	case i.DrainingAt.IsZero():
		if with := state.ContainerInstanceOf(tx, scope, i.ReplacedBy); with != nil && with.Status != state.InstanceActive {
			return
		}
		changed.DrainingAt = w.clock.Now()
		draining := *on
		draining.Status = state.InstanceDraining
		state.PutContainerInstance(tx, &draining, w.clock.Now())
	default:
		if len(state.InstanceTasks(tx, on.ARN)) > 0 {
			return
		}
		inactive := *on
		inactive.Status, inactive.InactiveAt = state.InstanceInactive, w.clock.Now()
		state.PutContainerInstance(tx, &inactive, w.clock.Now())
		managed.Delete(tx, i)
		return
	}
	managed.Put(tx, &changed)
}

// check holds what is true at all times.
func (w *world) check() {
	w.Helper()
	tx := w.store.Read()
	for _, on := range state.AllContainerInstances(tx) {
		tasks := map[string]int{}
		for _, t := range state.InstanceTasks(tx, on.ARN) {
			if tasks[t.Spec.Daemon]++; t.Spec.Daemon != "" && tasks[t.Spec.Daemon] > 1 {
				w.Errorf("%s has two tasks of %s", on.ARN, t.Spec.Daemon)
			}
		}
	}
}

func (w *world) status(deployment string) types.DaemonDeploymentStatus {
	tx := w.store.Read()
	return daemon.FindDeployment(tx, deployment).RolloutOf(tx).Status
}

// until steps until a deployment has come to a status that stays.
func (w *world) until(deployment string, want types.DaemonDeploymentStatus) {
	w.Helper()
	for range 60 {
		w.step()
		if s := w.status(deployment); daemon.Ended(s) {
			if s != want {
				w.Fatalf("%s is %s, want %s", deployment, s, want)
			}
			return
		}
	}
	w.Fatalf("%s stays %s", deployment, w.status(deployment))
}

// tasks are the daemons' tasks that run, by daemon and revision.
func (w *world) tasks() (running []string) {
	for _, t := range state.AllTasks(w.store.Read()) {
		if t.Status.LastStatus == state.Running {
			running = append(running, arn.Name(t.Spec.Daemon)+" "+arn.Name(t.Spec.DaemonRevision))
		}
	}
	slices.Sort(running)
	return running
}

// TestLifeOfADaemon: it comes to new instances before they take others, an update replaces all instances, a broken one goes back, and
// its deletion leaves instances without it.
func TestLifeOfADaemon(t *testing.T) {
	inWorld(t, func(w *world) {
		w.update(func(tx *store.Tx) { w.launch(tx, "") })
		first := w.deploy("logs", true, false, false) // on an instance without it
		w.until(first, types.DaemonDeploymentStatusSuccessful)
		w.update(func(tx *store.Tx) { w.launch(tx, "") })
		synctest.Wait()
		if got := w.tasks(); len(got) != 1 {
			t.Errorf("tasks %v", got)
		}
		w.step()
		w.step()
		if got := w.tasks(); len(got) != 2 || got[0] != got[1] {
			t.Errorf("tasks %v", got)
		}
		tx := w.store.Read()
		for _, i := range managed.Instances(tx, provider) {
			if on := state.ContainerInstanceOf(tx, scope, i.ID); on.Status != state.InstanceActive || len(i.Drains) > 0 {
				t.Errorf("%s is %s, %v", i.ID, on.Status, i.Drains)
			}
		}
		task := state.AllTasks(tx)[0]
		if task.Spec.Group != "daemon:logs" || task.Spec.LaunchType != types.LaunchTypeManagedInstances || task.Placement.CapacityProvider != "managed" {
			t.Errorf("%+v %+v", task.Spec, task.Placement)
		}

		before := w.tasks()
		update := w.deploy("logs", true, false, false)
		w.until(update, types.DaemonDeploymentStatusSuccessful)
		after := w.tasks()
		if len(after) != 2 || slices.Contains(after, before[0]) {
			t.Errorf("%v after %v", after, before)
		}
		w.until(w.deploy("logs", true, true, false), types.DaemonDeploymentStatusRollbackSuccessful)
		if got := w.tasks(); len(got) < 2 || slices.ContainsFunc(got, func(each string) bool { return each != after[0] }) { // with a spare instance
			t.Errorf("after a rollback %v, before %v", got, after)
		}
		w.until(w.deploy("logs", true, false, true), types.DaemonDeploymentStatusSuccessful)
		if got := w.tasks(); len(got) > 0 || daemon.Find(w.store.Read(), daemon.ARN(scope, "default", "logs")) != nil {
			t.Errorf("the daemon is deleted, and %v are left", got)
		}
		if left := managed.Instances(w.store.Read(), provider); len(left) < 2 {
			t.Errorf("%d instances are left", len(left))
		}
	})
}

// TestCriticalDaemonIsRepaired: when its task stops, the instance is replaced; one that is not critical starts again.
func TestCriticalDaemonIsRepaired(t *testing.T) {
	inWorld(t, func(w *world) {
		w.until(w.deploy("logs", true, false, false), types.DaemonDeploymentStatusSuccessful)
		w.until(w.deploy("extra", false, false, false), types.DaemonDeploymentStatusSuccessful)
		w.update(func(tx *store.Tx) { w.launch(tx, "") })
		for range 3 {
			w.step()
		}
		kill := func(name string) {
			w.update(func(tx *store.Tx) {
				for _, t := range state.AllTasks(tx) {
					if arn.Name(t.Spec.Daemon) == name && !t.Ended() {
						state.StopTask(tx, t.ARN, state.Stop{Code: types.TaskStopCodeUserInitiated, Reason: "killed", At: w.clock.Now()})
					}
				}
			})
		}
		kill("extra")
		w.step()
		if c := daemon.Counts(w.store.Read(), daemon.ARN(scope, "default", "extra"), newest(w, "extra"))[provider]; c.Running+c.Without != 1 {
			t.Errorf("%+v", c)
		}
		for range 3 {
			w.step()
		}
		if got := w.tasks(); len(got) != 2 || managed.Find(w.store.Read(), scope, managed.Instances(w.store.Read(), provider)[0].ID).Drains != nil {
			t.Errorf("it does not start again, or drains: %v", got)
		}
		old := managed.Instances(w.store.Read(), provider)[0].ID
		kill("logs")
		for range 8 {
			w.step()
		}
		tx := w.store.Read()
		if now := managed.Instances(tx, provider); len(now) != 1 || now[0].ID == old || now[0].Replaces != old || len(w.tasks()) != 2 {
			t.Errorf("%+v, tasks %v", now, w.tasks())
		}
	})
}

func newest(w *world, name string) string {
	tx := w.store.Read()
	return daemon.FindDeployment(tx, daemon.Find(tx, daemon.ARN(scope, "default", name)).Deployment).Target
}

// TestAFirstDeploymentThatFails is STOPPED, and instances that wait for it take tasks without the daemon.
func TestAFirstDeploymentThatFails(t *testing.T) {
	inWorld(t, func(w *world) {
		w.update(func(tx *store.Tx) { w.launch(tx, ""); w.launch(tx, "") })
		w.until(w.deploy("logs", true, true, false), types.DaemonDeploymentStatusStopped)
		w.step()
		tx := w.store.Read()
		for _, i := range managed.Instances(tx, provider) {
			if on := state.ContainerInstanceOf(tx, scope, i.ID); on.Status != state.InstanceActive && on.Status != state.InstanceDraining {
				t.Errorf("%s stays %s", i.ID, on.Status)
			}
		}
	})
}

// TestNoRollbackToWhatNeverWorked: the first deployment of a daemon that is not critical breaks and is STOPPED. The next one breaks, too:
// there is no revision that was ever deployed with success, so it is STOPPED as well (DM7), and not rolled back to the first broken one.
func TestNoRollbackToWhatNeverWorked(t *testing.T) {
	inWorld(t, func(w *world) {
		w.update(func(tx *store.Tx) {
			for range 3 {
				w.launch(tx, "")
			}
		})
		w.until(w.deploy("logs", false, true, false), types.DaemonDeploymentStatusStopped)
		second := w.deploy("logs", false, true, false)
		if former := daemon.FindDeployment(w.store.Read(), second).Stable; former != "" {
			t.Errorf("a rollback would lead to %s, which was never deployed", former)
		}
		w.until(second, types.DaemonDeploymentStatusStopped)
	})
}
