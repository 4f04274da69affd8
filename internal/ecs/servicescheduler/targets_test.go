package servicescheduler

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// balancedFixture has a service with a target group.
func balancedFixture(t *testing.T, n int, change func(*state.Service)) *fixture {
	return newFixture(t, func(s *state.Service) {
		s.DesiredCount = n
		s.Deployments[0].Revision.LoadBalancers = []types.LoadBalancer{{
			TargetGroupArn: aws.String("blue"), ContainerName: aws.String("app"), ContainerPort: aws.Int32(80),
		}}
		if change != nil {
			change(s)
		}
	})
}

// balance says what the load balancer makes of a task: the state of its target.
func (f *fixture) balance(task *state.Task, targetState, description string) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		traffic := state.TaskTraffic{RegisteredAt: f.now}
		if known := state.FindTask(tx, task.ARN).Traffic; known != nil {
			traffic = *known
		}
		traffic.Targets = []state.TaskTarget{{Group: "blue", ID: "10.0.0.1", Port: 80, State: targetState, Description: description}}
		if targetState == "draining" {
			traffic.DeregisteredAt = f.now
		}
		state.PutTaskTraffic(tx, task.ARN, traffic)
	})
}

func TestServiceIsStableWhenItsTargetsAreHealthy(t *testing.T) {
	f := balancedFixture(t, 1, nil)
	f.schedule()
	task := f.tasks()[0]
	f.run(task)
	f.balance(task, "initial", "Target registration is in progress")
	f.schedule()
	f.now = f.now.Add(10 * time.Minute)
	f.schedule()
	f.expectMessages(1, "(service web) registered 1 targets in (target-group blue)")
	f.balance(task, "healthy", "")
	f.schedule()
	f.expectMessages(2,
		"(service web) (deployment ecs-svc/1) deployment completed.",
		"(service web) has reached a steady state.")
}

func TestTaskWhoseTargetFailsIsReplaced(t *testing.T) {
	f := balancedFixture(t, 1, func(s *state.Service) { s.HealthCheckGracePeriodSeconds = aws.Int32(60) })
	f.schedule()
	sick := f.tasks()[0]
	f.run(sick)
	f.balance(sick, "unhealthy", "Health checks failed with these codes: [502]")
	f.schedule()
	if len(f.tasks()) != 1 {
		t.Fatal("it is replaced within the grace period")
	}
	f.now = f.now.Add(60 * time.Second)
	f.schedule()
	f.expectMessages(2, "(service web) has started 1 tasks: (task T). Amazon ECS replaced 1 tasks due to an unhealthy status.")
	for _, task := range f.tasks() {
		if task.ARN != sick.ARN {
			f.run(task)
			f.balance(task, "healthy", "")
		}
	}
	f.schedule()
	f.expectMessages(3,
		"(service web) registered 1 targets in (target-group blue)",
		"(service web) (task T) (port 80) is unhealthy in (target-group blue) due to (reason Health checks failed with these codes: [502]).",
		"(service web) has stopped 1 running tasks: (task T).")
	if stop := state.FindTask(f.store.Read(), sick.ARN).Stop; stop == nil || stop.Reason != "Task failed ELB health checks in (target-group blue)" {
		t.Errorf("stop: %+v", stop)
	}
	f.balance(sick, "draining", "")
	f.schedule()
	f.expectMessages(6,
		"(service web) deregistered 1 targets in (target-group blue)",
		"(service web) has begun draining connections on 1 tasks.")
}

func TestTargetThatIsRefused(t *testing.T) {
	f := balancedFixture(t, 1, nil)
	f.schedule()
	task := f.tasks()[0]
	f.run(task)
	f.update(func(tx *store.Tx) {
		state.PutTaskTraffic(tx, task.ARN, state.TaskTraffic{RegisteredAt: f.now, Targets: []state.TaskTarget{
			{Group: "blue", Refused: "One or more target groups not found"},
		}})
	})
	f.schedule()
	f.expectMessages(1, "(service web) failed to register targets in (target-group blue) with (error One or more target groups not found)")
	if f.service().Steady {
		t.Error("the service is stable without a target")
	}
}

// A load balancer that is not in the zone of a task never makes its service stable.
func TestTargetThatIsNotInUse(t *testing.T) {
	f := balancedFixture(t, 1, nil)
	f.schedule()
	task := f.tasks()[0]
	f.run(task)
	f.balance(task, "unused", "Target is in an Availability Zone that is not enabled for the load balancer")
	f.schedule()
	f.now = f.now.Add(time.Minute)
	f.schedule()
	f.expectMessages(1,
		"(service web) registered 1 targets in (target-group blue)",
		"(service web) (task T) (port 80) is unhealthy in (target-group blue) due to (reason Target is in an Availability Zone that is not enabled for the load balancer).")
	if f.service().Steady || f.tasks()[0].Stop != nil {
		t.Errorf("%+v", f.service())
	}
}

// Two deployments may have such tasks at a time: each of them is spoken of once.
func TestTargetsOfTwoDeploymentsThatAreNotInUse(t *testing.T) {
	f := balancedFixture(t, 1, nil)
	f.schedule()
	first := f.tasks()[0]
	f.run(first)
	f.balance(first, "healthy", "")
	f.schedule()
	f.deployBalanced()
	f.schedule()
	for _, task := range f.tasks() {
		if task.ARN != first.ARN {
			f.run(task)
		}
		f.balance(task, "unused", "Target group is not configured to receive traffic from the load balancer")
	}
	for range 10 {
		f.schedule()
	}
	n := 0
	for _, message := range f.messages() {
		if strings.HasSuffix(message, "(reason Target group is not configured to receive traffic from the load balancer).") {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d messages: %q", n, f.messages())
	}
}

func TestTargetGroupThatIsDeleted(t *testing.T) {
	f := balancedFixture(t, 1, nil)
	f.schedule()
	task := f.tasks()[0]
	f.run(task)
	f.balance(task, "healthy", "")
	f.schedule()
	f.expectMessages(1,
		"(service web) registered 1 targets in (target-group blue)",
		"(service web) (deployment ecs-svc/1) deployment completed.",
		"(service web) has reached a steady state.")
	f.update(func(tx *store.Tx) {
		state.PutTaskTraffic(tx, task.ARN, state.TaskTraffic{RegisteredAt: f.now, Targets: []state.TaskTarget{{Group: "blue", Lost: state.TargetGroupLost}}})
	})
	f.schedule()
	f.schedule()
	f.expectMessages(4, "(service web) task set ("+f.service().Primary().ID+") (task T) is not healthy in target-group (blue) due to TARGET GROUP IS NOT FOUND.")
	if got := f.tasks(); len(got) != 1 || got[0].Stop != nil {
		t.Errorf("the task is replaced: %+v", got)
	}
}

func TestContainerAndTargetHaveToBeHealthy(t *testing.T) {
	for _, test := range []struct {
		container types.HealthStatus
		target    string
		want      types.HealthStatus
	}{
		{types.HealthStatusHealthy, "healthy", types.HealthStatusHealthy},
		{types.HealthStatusUnknown, "healthy", types.HealthStatusUnknown},
		{types.HealthStatusHealthy, "initial", types.HealthStatusUnknown},
		{types.HealthStatusHealthy, "unused", types.HealthStatusUnknown},
		{types.HealthStatusUnhealthy, "healthy", types.HealthStatusUnhealthy},
		{types.HealthStatusUnknown, "unhealthy", types.HealthStatusUnhealthy},
	} {
		task := &state.Task{
			Spec:    &state.TaskSpec{ServiceTraffic: state.ServiceTraffic{LoadBalancers: make([]types.LoadBalancer, 1)}, Checked: true},
			Status:  state.TaskStatus{HealthStatus: test.container},
			Traffic: &state.TaskTraffic{RegisteredAt: time.Unix(1, 0), Targets: []state.TaskTarget{{State: test.target}}},
		}
		if got := task.Health(); got != test.want {
			t.Errorf("%s and %s: %s, want %s", test.container, test.target, got, test.want)
		}
	}
}

// TestAnUpdateReplacesTasksWhoseTargetsAreNotInUse, which do not keep healthy ones from starting.
func TestAnUpdateReplacesTasksWhoseTargetsAreNotInUse(t *testing.T) {
	for name, lose := range map[string]func(f *fixture, task *state.Task){
		"not in use": func(f *fixture, task *state.Task) {
			f.balance(task, "unused", "Target is in an Availability Zone that is not enabled for the load balancer")
		},
		"taken away": func(f *fixture, task *state.Task) {
			f.putTarget(task, state.TaskTarget{Group: "blue", Lost: state.TargetGroupLost})
		},
		"refused": func(f *fixture, task *state.Task) {
			f.putTarget(task, state.TaskTarget{Group: "blue", Refused: "One or more target groups not found"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := balancedFixture(t, 3, percentages(100, 66))
			f.schedule()
			for i, task := range f.tasks() {
				f.run(task)
				f.balance(task, "initial", "")
				if i > 0 {
					lose(f, task)
				}
			}
			f.schedule()
			f.deployBalanced()
			f.schedule()
			if old := f.counts(1); old.Active != 1 || old.Left != 3 {
				t.Fatalf("two of three old tasks are to stop, and one may become healthy: %+v", old)
			}
			for range 20 {
				for _, task := range f.tasks() {
					switch {
					case task.Stop != nil:
						f.end(task, "")
					case task.Status.LastStatus != state.Running:
						f.run(task)
						f.balance(task, "healthy", "")
					}
				}
				f.schedule()
			}
			f.expect("COMPLETED desired 3 pending 0 running 3 failed 0")
		})
	}
}

// putTarget is what a registered task has of a target group.
func (f *fixture) putTarget(task *state.Task, target state.TaskTarget) {
	f.update(func(tx *store.Tx) {
		state.PutTaskTraffic(tx, task.ARN, state.TaskTraffic{RegisteredAt: f.now, Targets: []state.TaskTarget{target}})
	})
}

// deployBalanced updates the service to a new revision with the same target groups.
func (f *fixture) deployBalanced() {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		s := state.FindService(tx, serviceARN).Clone()
		d := f.newDeployment(f.register(tx, false))
		d.Revision.LoadBalancers = s.Primary().Revision.LoadBalancers
		s.SetPrimary(d)
		state.PutService(tx, s)
	})
}

// TestATaskThatComesOutOfUseIsHeardOf, though none of the service's counts changes with it.
func TestATaskThatComesOutOfUseIsHeardOf(t *testing.T) {
	f := balancedFixture(t, 1, nil)
	f.schedule()
	task := f.tasks()[0]
	f.run(task)
	f.balance(task, "initial", "")
	f.schedule()
	watch := state.WatchServices(f.store, 0)
	defer watch.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for range 2 { // at the beginning it tells of all
		id, err := watch.Next(ctx)
		if err != nil || id != serviceARN {
			t.Fatalf("%q is woken: %v", id, err)
		}
		watch.Done(id)
		f.balance(task, "unused", "Target group is not configured to receive traffic from the load balancer")
	}
}

// TestAnUnhealthyTaskIsReplacedBesideOneThatIsNotInUse.
func TestAnUnhealthyTaskIsReplacedBesideOneThatIsNotInUse(t *testing.T) {
	f := balancedFixture(t, 2, nil)
	f.schedule()
	tasks := f.tasks()
	for i, health := range []string{"unused", "unhealthy"} {
		f.run(tasks[i])
		f.balance(tasks[i], health, "")
	}
	f.schedule()
	for _, task := range f.tasks() {
		if task.Status.LastStatus != state.Running {
			f.run(task)
			f.balance(task, "healthy", "")
		}
	}
	f.schedule()
	if stop := state.FindTask(f.store.Read(), tasks[1].ARN).Stop; stop == nil {
		t.Error("the unhealthy task runs on beside its replacement")
	}
	if stop := state.FindTask(f.store.Read(), tasks[0].ARN).Stop; stop != nil {
		t.Errorf("the task that is not in use stops: %+v", stop)
	}
}

// Each revision has its own target group, and not the one that the service's load balancers name.
func TestTargetGroupsAreThoseOfTheRevision(t *testing.T) {
	f := balancedFixture(t, 1, nil)
	f.schedule()
	f.change(func(s *state.Service) {
		d := f.newDeployment(s.Primary().Revision.TaskDefinition)
		d.Revision.LoadBalancers, d.Revision.TargetGroups = s.Primary().Revision.LoadBalancers, []string{"green"}
		s.SetPrimary(d)
	})
	f.schedule()
	for i, want := range []string{"green", "blue"} {
		for _, task := range state.DeploymentTasks(f.store.Read(), serviceARN, f.service().Deployments[i].ID) {
			if got := task.Spec.LoadBalancers; len(got) != 1 || *got[0].TargetGroupArn != want || *got[0].ContainerPort != 80 {
				t.Errorf("a task of deployment %d is to be a target of %+v, want %s", i, got, want)
			}
			f.run(task)
			f.balance(task, "healthy", "")
		}
	}
	seen := len(f.messages())
	f.schedule()
	registered := strings.Join(f.messages()[seen:], "\n")
	for _, group := range []string{"green", "blue"} {
		if !strings.Contains(registered, "registered 1 targets in (target-group "+group+")") {
			t.Errorf("no event tells of %s:\n%s", group, registered)
		}
	}
}
