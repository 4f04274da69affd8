package service

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
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
	f.update(func(tx *state.Tx) {
		traffic := state.TaskTraffic{RegisteredAt: f.now}
		if known := tx.Task(task.ARN).Traffic; known != nil {
			traffic = *known
		}
		traffic.Targets = []state.TaskTarget{{Group: "blue", ID: "10.0.0.1", Port: 80, State: targetState, Description: description}}
		if targetState == "draining" {
			traffic.DeregisteredAt = f.now
		}
		tx.PutTaskTraffic(task.ARN, traffic)
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
	if stop := f.store.Read().Task(sick.ARN).Stop; stop == nil || stop.Reason != "Task failed ELB health checks in (target-group blue)" {
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
	f.update(func(tx *state.Tx) {
		tx.PutTaskTraffic(task.ARN, state.TaskTraffic{RegisteredAt: f.now, Targets: []state.TaskTarget{
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
	f.deploy(false)
	f.update(func(tx *state.Tx) {
		s := tx.Service(serviceARN).Clone()
		s.Deployments[0].Revision.LoadBalancers = s.Deployments[1].Revision.LoadBalancers
		tx.PutService(s)
	})
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
	f.update(func(tx *state.Tx) {
		tx.PutTaskTraffic(task.ARN, state.TaskTraffic{RegisteredAt: f.now, Targets: []state.TaskTarget{{Group: "blue", Lost: state.TargetGroupLost}}})
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
			Spec:    &state.TaskSpec{LoadBalancers: make([]types.LoadBalancer, 1), Checked: true},
			Status:  state.TaskStatus{HealthStatus: test.container},
			Traffic: &state.TaskTraffic{RegisteredAt: time.Unix(1, 0), Targets: []state.TaskTarget{{State: test.target}}},
		}
		if got := task.Health(); got != test.want {
			t.Errorf("%s and %s: %s, want %s", test.container, test.target, got, test.want)
		}
	}
}
