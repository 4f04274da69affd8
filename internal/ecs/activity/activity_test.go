package activity_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var (
	scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}
	at    = time.Date(2026, 1, 31, 15, 4, 5, 0, time.UTC)
)

const id = "d88f6994aaaabbbbccccddddeeeeffff"

// text are the lines without their time, each after its tone.
func text(lines []activity.Line) (list []string) {
	for _, l := range lines {
		list = append(list, string(l.Tone)+": "+l.Text)
	}
	return list
}

func expect(t *testing.T, what string, lines []activity.Line, want ...string) {
	t.Helper()
	if got := text(lines); !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// task is a row of a task of the service web with one container.
func task(change func(*state.Task)) *state.Task {
	t := &state.Task{
		ARN: scope.Task("default", id), Placement: &state.Placement{}, Spec: &state.TaskSpec{Group: "service:web", ServiceARN: scope.Service("default", "web")},
		Status: state.TaskStatus{LastStatus: state.Running, Containers: []state.Container{{Name: "web", Phase: state.ContainerRunning}}},
	}
	change(t)
	return t
}

func stopped(code types.TaskStopCode, reason string, containers ...state.Container) func(*state.Task) {
	return func(t *state.Task) {
		t.Stop = &state.Stop{Code: code, Reason: reason}
		t.Status.LastStatus, t.Status.Containers = state.Stopped, containers
	}
}

func TestTaskComesUp(t *testing.T) {
	pending := task(func(t *state.Task) { t.Status.LastStatus = state.Pending })
	running := task(func(t *state.Task) { t.Status.Attachment.PrivateIPv4 = "172.31.0.4" })
	withHealth := func(health types.HealthStatus) *state.Task {
		return task(func(t *state.Task) {
			t.Status.HealthStatus, t.Status.Containers[0].HealthStatus, t.Status.Containers[0].HealthSince = health, health, at
		})
	}
	healthy, unhealthy := withHealth(types.HealthStatusHealthy), withHealth(types.HealthStatusUnhealthy)
	expect(t, "new", activity.Task(nil, pending, at), "passing: task d88f6994 of service:web is PENDING")
	expect(t, "running", activity.Task(pending, running, at), "good: task d88f6994 of service:web is RUNNING at 172.31.0.4")
	expect(t, "the same", activity.Task(running, running, at))
	expect(t, "healthy", activity.Health(running, healthy), "good: task d88f6994 of service:web is HEALTHY")
	expect(t, "unhealthy", activity.Health(healthy, unhealthy), "bad: task d88f6994 of service:web is UNHEALTHY")
	expect(t, "still", activity.Health(unhealthy, unhealthy))
	if lines := activity.Health(nil, healthy); len(lines) != 1 || !lines[0].At.Equal(at) {
		t.Errorf("since when: %v", lines)
	}
}

func TestTaskOfNoServiceInAnotherCluster(t *testing.T) {
	row := func() *state.Task {
		return &state.Task{
			ARN: scope.Task("shop", id), Spec: &state.TaskSpec{Group: "family:job"}, Status: state.TaskStatus{LastStatus: state.Running},
			Placement: &state.Placement{ContainerInstance: scope.ContainerInstance("shop", "95c791a7aaaabbbbccccddddeeeeffff")},
		}
	}
	job, end := row(), row()
	expect(t, "running", activity.Task(nil, job, at), "good: task d88f6994 of job in cluster shop is RUNNING on container instance 95c791a7")
	stopped(types.TaskStopCodeEssentialContainerExited, "Essential container in task exited", state.Container{Name: "job", ExitCode: aws.Int32(0)})(end)
	expect(t, "ended well", activity.Task(job, end, at),
		"good: task d88f6994 of job in cluster shop is STOPPED: EssentialContainerExited: Essential container in task exited; exit code 0")
}

func TestTaskStops(t *testing.T) {
	running := task(func(*state.Task) {})
	asked := task(func(t *state.Task) { t.Stop = &state.Stop{Code: types.TaskStopCodeUserInitiated, Reason: "enough"} })
	expect(t, "asked to", activity.Task(running, asked, at), "passing: task d88f6994 of service:web is stopping (UserInitiated)")
	for what, c := range map[string]struct {
		row  *state.Task
		want string
	}{
		"by a user": {task(stopped(types.TaskStopCodeUserInitiated, "enough", state.Container{Name: "web", ExitCode: aws.Int32(143)})),
			": task d88f6994 of service:web is STOPPED: UserInitiated: enough; exit code 143"},
		"by a health check": {task(stopped(types.TaskStopCodeServiceSchedulerInitiated, "Task failed container health checks")),
			"warning: task d88f6994 of service:web is STOPPED: ServiceSchedulerInitiated: Task failed container health checks"},
		"by itself": {task(stopped(types.TaskStopCodeEssentialContainerExited, "Essential container in task exited",
			state.Container{Name: "web", ExitCode: aws.Int32(137), Reason: "OutOfMemoryError: Container killed due to memory usage"},
			state.Container{Name: "log", ExitCode: aws.Int32(0)})),
			"bad: task d88f6994 of service:web is STOPPED: EssentialContainerExited: Essential container in task exited; " +
				"web exit code 137, OutOfMemoryError: Container killed due to memory usage; log exit code 0"},
		"before it ran": {task(stopped(types.TaskStopCodeTaskFailedToStart, "CannotPullContainerError: no such image",
			state.Container{Name: "web", Reason: "CannotPullContainerError: no such image"})),
			"bad: task d88f6994 of service:web is STOPPED: TaskFailedToStart: CannotPullContainerError: no such image"},
		"by Spot": {task(stopped(types.TaskStopCodeSpotInterruption, "Your Spot Task was interrupted.", state.Container{Name: "web", ExitCode: aws.Int32(0)})),
			"warning: task d88f6994 of service:web is STOPPED: SpotInterruption: Your Spot Task was interrupted.; exit code 0"},
	} {
		expect(t, what, activity.Task(asked, c.row, at), c.want)
	}
	pending := task(func(t *state.Task) { t.Status.LastStatus = state.Pending })
	failing := task(func(t *state.Task) {
		t.Stop, t.Status.LastStatus = &state.Stop{Code: types.TaskStopCodeTaskFailedToStart}, state.Deprovisioning
	})
	expect(t, "fails to start", activity.Task(pending, failing, at)) // STOPPED comes at once
}

func TestContainersOfATaskThatGoesOn(t *testing.T) {
	both := func(c state.Container) *state.Task {
		return task(func(t *state.Task) { t.Status.Containers = append(t.Status.Containers, c) })
	}
	running := both(state.Container{Name: "log", Phase: state.ContainerRunning})
	expect(t, "one stops", activity.Task(running, both(state.Container{Name: "log", Phase: state.ContainerStopped, ExitCode: aws.Int32(1)}), at),
		"warning: task d88f6994 of service:web goes on without container log: exit code 1")
	expect(t, "one restarts", activity.Task(running, both(state.Container{Name: "log", Phase: state.ContainerRunning, Restarts: 1}), at),
		"warning: task d88f6994 of service:web restarts container log")
	sick := both(state.Container{Name: "log", Phase: state.ContainerRunning, HealthStatus: types.HealthStatusUnhealthy})
	sick.Status.HealthStatus = types.HealthStatusUnhealthy
	expect(t, "one is unhealthy", activity.Health(running, sick), "bad: task d88f6994 of service:web is UNHEALTHY: container log")
}

func TestContainerInstance(t *testing.T) {
	instance := func(status string, connected bool) *state.ContainerInstance {
		return &state.ContainerInstance{
			ARN: scope.ContainerInstance("default", id), EC2InstanceID: "i-0123456789abcdef0", Status: status, AgentConnected: connected,
		}
	}
	active := instance(state.InstanceActive, true)
	const name = "container instance d88f6994 (i-0123456789abcdef0) "
	expect(t, "new", activity.ContainerInstance(nil, active, at), "good: "+name+"is ACTIVE")
	expect(t, "the same", activity.ContainerInstance(active, instance(state.InstanceActive, true), at))
	away := instance(state.InstanceActive, false)
	expect(t, "away", activity.ContainerInstance(active, away, at), "bad: "+name+"has its agent disconnected: no task is placed there")
	expect(t, "back", activity.ContainerInstance(away, active, at), "good: "+name+"has its agent connected again")
	expect(t, "draining", activity.ContainerInstance(active, instance(state.InstanceDraining, true), at), "warning: "+name+"is DRAINING")
	expect(t, "gone", activity.ContainerInstance(active, instance(state.InstanceInactive, false), at), "warning: "+name+"is INACTIVE")
}

func TestServiceEvents(t *testing.T) {
	event := func(id, message string) types.ServiceEvent {
		return types.ServiceEvent{Id: &id, Message: &message, CreatedAt: &at}
	}
	one := event("1", "(service web) has started 2 tasks: (task "+id+") (task 8c23aa47aaaabbbbccccddddeeeeffff).")
	two := event("2", "(service web) has reached a steady state.")
	service := scope.Service("shop", "web")
	expect(t, "first", activity.ServiceEvents(service, nil, []types.ServiceEvent{two, one}),
		": event in cluster shop: (service web) has started 2 tasks: (task d88f6994…) (task 8c23aa47…).",
		"good: event in cluster shop: (service web) has reached a steady state.")
	expect(t, "one more", activity.ServiceEvents(service, []types.ServiceEvent{one}, []types.ServiceEvent{two, one}),
		"good: event in cluster shop: (service web) has reached a steady state.")
	expect(t, "no more", activity.ServiceEvents(service, []types.ServiceEvent{two, one}, []types.ServiceEvent{two, one}))
}

func TestLifecycleHook(t *testing.T) {
	for status, want := range map[types.DeploymentLifecycleHookStatus]string{
		"AWAITING_ACTION": ": hook ecs-pause-1 of service:web in cluster shop is AWAITING_ACTION at POST_SCALE_UP",
		"IN_PROGRESS":     "passing: hook ecs-pause-1 of service:web in cluster shop is IN_PROGRESS at POST_SCALE_UP",
		"SUCCEEDED":       "good: hook ecs-pause-1 of service:web in cluster shop is SUCCEEDED at POST_SCALE_UP",
		"FAILED":          "bad: hook ecs-pause-1 of service:web in cluster shop is FAILED at POST_SCALE_UP",
		"TIMED_OUT":       "warning: hook ecs-pause-1 of service:web in cluster shop is TIMED_OUT at POST_SCALE_UP",
	} {
		c := &state.HookChange{ServiceARN: scope.Service("shop", "web"), HookID: "ecs-pause-1", Stage: "POST_SCALE_UP", Status: status}
		expect(t, string(status), activity.LifecycleHook(c, at), want)
	}
}

func TestServiceDeployment(t *testing.T) {
	begun := &state.ServiceDeployment{ServiceARN: scope.Service("default", "web"), StartedAt: at, Status: types.ServiceDeploymentStatusInProgress}
	back := begun.Clone()
	back.Rollback = &state.Rollback{Reason: "the circuit breaker", StartedAt: at}
	failed := back.Clone()
	failed.FinishedAt, failed.Status, failed.StatusReason = at, types.ServiceDeploymentStatusRollbackSuccessful, "it went back"
	done := begun.Clone()
	done.FinishedAt, done.Status = at, types.ServiceDeploymentStatusSuccessful
	definition := scope.TaskDefinition("web", 2)
	const name = "deployment of web:2 to service:web is "
	expect(t, "begun", activity.ServiceDeployment(nil, begun, definition), ": "+name+"IN_PROGRESS")
	expect(t, "on its way back", activity.ServiceDeployment(begun, back, definition), "bad: "+name+"ROLLBACK_IN_PROGRESS: the circuit breaker")
	expect(t, "back", activity.ServiceDeployment(back, failed, definition), "bad: "+name+"ROLLBACK_SUCCESSFUL: it went back")
	expect(t, "done", activity.ServiceDeployment(begun, done, definition), "good: "+name+"SUCCESSFUL")
}

// A deployment that shifts traffic tells where it is. One that has ended, that alone.
func TestStagesOfAServiceDeployment(t *testing.T) {
	shifted := func(stage types.ServiceDeploymentLifecycleStage, step int, back bool) *state.ServiceDeployment {
		return &state.ServiceDeployment{
			ServiceARN: scope.Service("default", "web"), StartedAt: at, Status: types.ServiceDeploymentStatusInProgress,
			Target: state.DeployedRevision{ProductionWeight: aws.Float64(10.5)},
			Shift:  &state.TrafficShift{Stage: stage, Step: step, Back: back, Since: at},
		}
	}
	definition := scope.TaskDefinition("web", 2)
	const name, production = "deployment of web:2 to service:web is ", types.ServiceDeploymentLifecycleStageProductionTrafficShift
	up := shifted(types.ServiceDeploymentLifecycleStageScaleUp, 0, false)
	expect(t, "begun", activity.ServiceDeployment(nil, up, definition), ": "+name+"IN_PROGRESS", ": "+name+"at SCALE_UP")
	expect(t, "the same", activity.ServiceDeployment(up, up.Clone(), definition))
	first, second := shifted(production, 0, false), shifted(production, 1, false)
	const shifts = ": " + name + "at PRODUCTION_TRAFFIC_SHIFT, with 10.5 % of the requests"
	expect(t, "first step", activity.ServiceDeployment(up, first, definition), shifts)
	expect(t, "second step", activity.ServiceDeployment(first, second, definition), shifts)
	expect(t, "back", activity.ServiceDeployment(second, shifted(types.ServiceDeploymentLifecycleStageTestTrafficShift, 1, true), definition),
		": "+name+"at TEST_TRAFFIC_SHIFT on its way back")
	done := shifted(types.ServiceDeploymentLifecycleStageCleanUp, 1, false)
	done.FinishedAt, done.Status = at, types.ServiceDeploymentStatusSuccessful
	expect(t, "done", activity.ServiceDeployment(second, done, definition), "good: "+name+"SUCCESSFUL")
}

func TestTargets(t *testing.T) {
	with := func(targetState, description string) *state.Task {
		return task(func(t *state.Task) {
			t.Traffic = &state.TaskTraffic{Targets: []state.TaskTarget{{
				Group: "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/blue/0123456789abcdef",
				ID:    "172.31.0.4", Port: 8080, State: targetState, Description: description,
			}}}
		})
	}
	const name = "target 172.31.0.4:8080 of target group blue, task d88f6994 of service:web, "
	expect(t, "new", activity.Targets(nil, with("initial", ""), at), "passing: "+name+"is initial")
	expect(t, "healthy", activity.Targets(with("initial", ""), with("healthy", ""), at), "good: "+name+"is healthy")
	expect(t, "unhealthy", activity.Targets(with("healthy", ""), with("unhealthy", "Request timed out"), at), "bad: "+name+"is unhealthy: Request timed out")
	expect(t, "the same", activity.Targets(with("healthy", ""), with("healthy", ""), at))
}

func TestOneLineLeavesNothingThatATerminalObeys(t *testing.T) {
	for text, want := range map[string]string{
		"is RUNNING at 172.31.0.4…": "is RUNNING at 172.31.0.4…",
		"日本語":                       "日本語",
		"a\x1b]0;title\ab":          "a\ufffd]0;title\ufffdb",
		"a\nb\rc\td\u2028e":         "a b c d e",
		"a\u009b2Jb\u202ec\x7f":     "a\ufffd2Jb\ufffdc\ufffd",
		"a\xffb":                    "a\ufffdb",
	} {
		if got := activity.OneLine(text); got != want {
			t.Errorf("OneLine(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestLinesOfALifecycleAction(t *testing.T) {
	a := &autoscaling.LifecycleChange{Group: "web", InstanceID: "i-0a", Hook: "ready", Launches: true}
	for _, want := range []string{
		"instance i-0a of Auto Scaling group web is Pending:Wait for hook ready",
		"instance i-0a of Auto Scaling group web is Terminating:Wait for hook ready",
	} {
		if lines := activity.LifecycleAction(a, time.Unix(1, 0)); len(lines) != 1 || lines[0].Text != want || !lines[0].At.Equal(time.Unix(1, 0)) {
			t.Errorf("%+v, want %s", lines, want)
		}
		a.Launches = false
	}
}
