package taskcause

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

var (
	scope   = arn.Scope{Region: "us-east-1", Account: "000000000000"}
	created = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
)

// secret is a value that no sentence may have.
const secret = "hunter2"

// scene has the task definition web:1 with the containers app and db.
func scene(t interface{ Fatal(...any) }) *why.Facts {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	container := func(name string, essential bool) types.ContainerDefinition {
		return types.ContainerDefinition{
			Name: &name, Image: aws.String("shop/" + name + ":2"), Essential: &essential, Memory: aws.Int32(256),
			Environment: []types.KeyValuePair{{Name: aws.String("PASSWORD"), Value: aws.String(secret)}},
			HealthCheck: &types.HealthCheck{Command: []string{"CMD", "check"}},
		}
	}
	err = rows.Update(func(tx *store.Tx) error {
		taskdefinition.Add(tx, scope, &types.TaskDefinition{
			Family: aws.String("web"), ContainerDefinitions: []types.ContainerDefinition{container("app", true), container("db", false)},
		}, nil, "root", created)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return &why.Facts{Tx: rows.Read(), Now: created.Add(time.Hour)}
}

// task is one of the definition that has stopped after a minute.
func task(stop state.Stop, containers ...state.Container) *state.Task {
	stop.At = created.Add(time.Minute)
	return &state.Task{
		ARN: scope.Task("default", "3f2a91c0b7d84c57a3c1e0f9d2b64a10"), Placement: &state.Placement{},
		Spec: &state.TaskSpec{Family: "web", Revision: 1, Group: "service:web", ServiceARN: scope.Service("default", "web"), Memory: "512", CreatedAt: created},
		Stop: &stop, Status: state.TaskStatus{LastStatus: state.Stopped, StoppedAt: created.Add(61 * time.Second), Containers: containers},
	}
}

// ran is a container that has run for three seconds.
func ran(name string, code int32, ending *state.Ending) state.Container {
	end := created.Add(time.Minute)
	return state.Container{
		Name: name, Phase: state.ContainerStopped, ExitCode: &code, CreatedAt: end.Add(-4 * time.Second), StartedAt: end.Add(-3 * time.Second), StoppedAt: end, Ending: ending,
	}
}

var exited = state.Stop{Code: types.TaskStopCodeEssentialContainerExited, Reason: "Essential container in task exited"}

// TestSigkillIsToldApart has each way to exit code 137.
func TestSigkillIsToldApart(t *testing.T) {
	stopped := state.Stop{Code: types.TaskStopCodeUserInitiated, Reason: "enough", By: "arn:aws:iam::000000000000:user/dev"}
	asked := &state.Ending{StopAt: created, Grace: 30 * time.Second}
	killed := &state.Ending{StopAt: created, Grace: 30 * time.Second, Killed: true}
	reason := ran("app", 137, &state.Ending{})
	reason.Reason = "OutOfMemoryError: Container killed due to memory usage"
	crash := []why.Act{{At: created.Add(57 * time.Second), ID: "4", Kind: faults.Crash, Members: `{"family":"web","delay":"2s"}`}}
	late := []why.Act{{At: created.Add(57 * time.Second), ID: "4", Kind: faults.Crash, Members: `{"family":"web","delay":"1m"}`}}
	other := []why.Act{{At: created.Add(57 * time.Second), ID: "4", Kind: faults.Crash, Members: `{"container":"db"}`}}
	for name, c := range map[string]struct {
		task *state.Task
		acts []why.Act
		want []string
	}{
		"memory":                   {task(exited, ran("app", 137, &state.Ending{OutOfMemory: true})), crash, []string{"container app needed more than the 256 MiB that the container may have, and was killed after 3.0 s."}},
		"memory, by reason":        {task(exited, reason), nil, []string{"container app needed more than the 256 MiB that the container may have, and was killed after 3.0 s."}},
		"a fault":                  {task(exited, ran("app", 137, &state.Ending{})), crash, []string{"container app ended with code 137 after 3.0 s, by fault 4 (crash, family web)."}},
		"a fault yet to act":       {task(exited, ran("app", 137, &state.Ending{})), late, []string{"probably another program killed it, as docker kill does."}},
		"a fault of another one":   {task(exited, ran("app", 137, &state.Ending{})), other, []string{"probably another program killed it, as docker kill does."}},
		"outside":                  {task(exited, ran("app", 137, &state.Ending{})), nil, []string{"probably another program killed it, as docker kill does."}},
		"a row of before":          {task(exited, ran("app", 137, nil)), nil, []string{"probably as it needed more memory than it may have.", "probably as another program killed it."}},
		"stopTimeout":              {task(stopped, ran("app", 137, killed)), nil, []string{`user/dev stopped it, with the reason "enough".`, "ended with code 137, as it had not ended 30 s after SIGTERM, its stopTimeout."}},
		"stopTimeout, not watched": {task(stopped, ran("app", 137, asked)), nil, []string{`user/dev stopped it, with the reason "enough".`, "ended with code 137, probably as it had not ended 30 s after SIGTERM, its stopTimeout, or as another program killed it before."}},
	} {
		t.Run(name, func(t *testing.T) {
			f := scene(t)
			f.Acts = func(string) []why.Act { return c.acts }
			got := Explain(f, c.task)
			if len(got) != len(c.want) {
				t.Fatalf("%d answers: %+v", len(got), got)
			}
			for i, a := range got {
				if !strings.HasPrefix(a.Sentence, "Task 3f2a91c0 of service:web stopped at 12:01:01: ") || !strings.HasSuffix(a.Sentence, c.want[i]) {
					t.Errorf("%q, want its end %q", a.Sentence, c.want[i])
				}
			}
		})
	}
}

// TestRowsOfBefore lack what the agent and the scheduler keep now.
func TestRowsOfBefore(t *testing.T) {
	scheduler := func(reason string) state.Stop {
		return state.Stop{Code: types.TaskStopCodeServiceSchedulerInitiated, Reason: reason}
	}
	for name, c := range map[string]struct {
		stop state.Stop
		want []why.Cause
	}{
		"pull":       {state.Stop{Code: types.TaskStopCodeTaskFailedToStart, Reason: "CannotPullContainerError: no"}, []why.Cause{why.Unknown}},
		"scaling":    {scheduler("Scaling activity initiated by (deployment ecs-svc/1234567890123456789)"), []why.Cause{why.ScaledIn, why.Replaced}},
		"containers": {scheduler("Task failed container health checks"), []why.Cause{why.ContainerUnhealthy}},
		"target":     {scheduler("Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/1)"), []why.Cause{why.TargetUnhealthy}},
		"draining":   {scheduler("Service task stopped because its container instance is in DRAINING state"), []why.Cause{why.Draining}},
		"rebalanced": {scheduler("Availability-zone rebalancing initiated by (deployment ecs-svc/1234567890123456789)"), []why.Cause{why.Rebalanced}},
		"user":       {state.Stop{Code: types.TaskStopCodeUserInitiated, Reason: "Task stopped by user"}, []why.Cause{why.UserStopped}},
		"of another": {scheduler("for a reason that there is not yet"), []why.Cause{why.Unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []why.Cause
			answers := Explain(scene(t), task(c.stop))
			for _, a := range answers {
				got = append(got, a.Cause)
				if len(c.want) > 1 && !strings.Contains(a.Sentence, "probably") || a.Cause == why.Unknown && !strings.Contains(a.Sentence, c.stop.Reason) {
					t.Errorf("%q", a.Sentence)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("causes %v, want %v", got, c.want)
			}
		})
	}
}

func TestATaskWhoseEngineIsLeftOut(t *testing.T) {
	const reason = "ecs-emulator: there is no engine b among a and c"
	row := task(state.Stop{Code: types.TaskStopCodeTaskFailedToStart, Reason: reason})
	row.Spec.LaunchType, row.Placement = types.LaunchTypeFargate, &state.Placement{Waiting: &state.Waiting{}}
	answers := Explain(scene(t), row)
	if len(answers) != 1 || answers[0].Cause != why.PlacementConstraint || !strings.Contains(answers[0].Sentence, reason) || strings.Contains(answers[0].Sentence, "capacity provider") {
		t.Errorf("%+v", answers)
	}
}

func TestAProgramForAnotherPlatformIsProbable(t *testing.T) {
	f := scene(t)
	f.Lines = func(*state.Task, string) []why.Evidence {
		return []why.Evidence{{Text: "exec /app: exec format error"}}
	}
	for _, row := range []*state.Task{
		task(exited, ran("app", 1, &state.Ending{})),
		func() *state.Task {
			row := task(state.Stop{Code: types.TaskStopCodeTaskFailedToStart})
			row.Status.Troubles = []state.Trouble{{Kind: state.TroubleStart, Container: "app", Text: "exec /app: exec format error", At: created}}
			return row
		}(),
	} {
		got := Explain(f, row)
		if len(got) != 1 || got[0].Cause != why.ImagePlatform || !strings.Contains(got[0].Sentence, "probably") {
			t.Errorf("%+v", got)
		}
	}
}

func TestTextsOfOthersStayInOneLine(t *testing.T) {
	f := scene(t)
	f.Lines = func(*state.Task, string) []why.Evidence {
		return []why.Evidence{{Text: "\x1b[31mpanic:\x1b[0m " + strings.Repeat("x", 5000)}}
	}
	stop := state.Stop{Code: types.TaskStopCodeUserInitiated, Reason: "two\nlines \x1b]0;title\a"}
	for _, a := range append(Explain(f, task(stop)), Explain(f, task(exited, ran("app", 1, &state.Ending{})))...) {
		if strings.ContainsAny(a.Sentence, "\n\x1b\a") || len(a.Sentence) > 1000 {
			t.Errorf("%q", a.Sentence)
		}
	}
}

// consistent are the causes that a stopCode allows.
var consistent = map[types.TaskStopCode][]why.Cause{
	types.TaskStopCodeTaskFailedToStart: {
		why.ImageNotFound, why.ImagePlatform, why.RegistryUnreachable, why.SecretMissing, why.EnvironmentFileMissing, why.LogGroupMissing,
		why.RoleRefused, why.StartFailed, why.VolumeFailed, why.DependencyFailed, why.NoCapacity, why.Removed, why.Fault, why.Unknown, why.ExitCode,
	},
	types.TaskStopCodeEssentialContainerExited: {
		why.ExitCode, why.OutOfMemory, why.Fault, why.Removed, why.Unknown,
		why.ImageNotFound, why.ImagePlatform, why.RegistryUnreachable, why.SecretMissing, why.EnvironmentFileMissing, why.LogGroupMissing,
		why.RoleRefused, why.StartFailed, why.VolumeFailed, why.DependencyFailed, why.NoCapacity, // of a container that is not essential
	},
	types.TaskStopCodeUserInitiated:             {why.UserStopped, why.ExitCode},
	types.TaskStopCodeSpotInterruption:          {why.SpotInterruption, why.ExitCode},
	types.TaskStopCodeTerminationNotice:         {why.InstanceLost, why.EngineAway, why.Fault, why.Unknown, why.ExitCode},
	types.TaskStopCodeServiceSchedulerInitiated: {why.ScaledIn, why.Replaced, why.Draining, why.ContainerUnhealthy, why.TargetUnhealthy, why.Rebalanced, why.ServiceDeleted, why.PlacementConstraint, why.Unknown, why.ExitCode},
}

var (
	namedCode  = regexp.MustCompile(`container (\w+) ended with code (\d+)`)
	namedImage = regexp.MustCompile(`image (\S+) of container (\w+)`)
)

// TestNoAnswerContradictsItsRow draws rows, those that there cannot be among them.
func TestNoAnswerContradictsItsRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := scene(t)
		for range 5 {
			row := drawn(t)
			f.Acts = func(string) []why.Act { return drawnActs(t) }
			answers := Explain(f, row)
			if len(answers) == 0 {
				t.Fatalf("no answer for %+v", row)
			}
			for _, a := range answers {
				agree(t, row, a)
			}
		}
	})
}

func agree(t *rapid.T, row *state.Task, a why.Answer) {
	if !strings.HasPrefix(a.Sentence, "Task 3f2a91c0 of service:web stopped at 12:01:01: ") || !a.At.Equal(row.Status.StoppedAt) {
		t.Fatalf("the time is not the row's: %+v", a)
	}
	if !slices.Contains(consistent[row.Stop.Code], a.Cause) {
		t.Fatalf("%s is no cause of %s: %s", a.Cause, row.Stop.Code, a.Sentence)
	}
	if strings.Contains(fmt.Sprintf("%+v", a), secret) {
		t.Fatalf("it tells a secret: %+v", a)
	}
	for _, found := range namedCode.FindAllStringSubmatch(a.Sentence, -1) {
		c := row.Status.Container(found[1])
		if c == nil || c.ExitCode == nil || fmt.Sprint(*c.ExitCode) != found[2] {
			t.Fatalf("the row has no such exit code: %s", a.Sentence)
		}
	}
	for _, found := range namedImage.FindAllStringSubmatch(a.Sentence, -1) {
		if !slices.ContainsFunc(row.Status.Troubles, func(x state.Trouble) bool { return x.Subject == found[1] && x.Container == found[2] }) {
			t.Fatalf("the row has no such image: %s", a.Sentence)
		}
	}
	memory := slices.ContainsFunc(row.Status.Containers, func(c state.Container) bool {
		return c.Ending != nil && c.Ending.OutOfMemory || strings.HasPrefix(c.Reason, outOfMemory) || c.Ending == nil && aws.ToInt32(c.ExitCode) == killed
	})
	if a.Cause == why.OutOfMemory && !memory {
		t.Fatalf("no container was out of memory: %s", a.Sentence)
	}
}

func drawn(t *rapid.T) *state.Task {
	codes := []types.TaskStopCode{
		types.TaskStopCodeTaskFailedToStart, types.TaskStopCodeEssentialContainerExited, types.TaskStopCodeUserInitiated,
		types.TaskStopCodeSpotInterruption, types.TaskStopCodeTerminationNotice, types.TaskStopCodeServiceSchedulerInitiated,
	}
	causes := []state.StopCause{"", state.StopScaledIn, state.StopReplaced, state.StopDraining, state.StopUnhealthy, state.StopRebalanced, state.StopStray, state.StopServiceDeleted}
	reasons := []string{"because", state.EngineGone, "Host EC2 (instance i-0123456789abcdef0) terminated.", "Task failed container health checks", exited.Reason}
	row := task(state.Stop{
		Code: rapid.SampledFrom(codes).Draw(t, "code"), Cause: rapid.SampledFrom(causes).Draw(t, "cause"), Reason: rapid.SampledFrom(reasons).Draw(t, "reason"),
	})
	for _, name := range []string{"app", "db"} {
		row.Status.Containers = append(row.Status.Containers, drawnContainer(t, name))
	}
	kinds := []state.TroubleKind{
		state.TroubleImageMissing, state.TroubleImagePlatform, state.TroublePull, state.TroubleSecret, state.TroubleFile, state.TroubleLog, state.TroubleRole,
		state.TroubleStart, state.TroubleVolume, state.TroubleDependency, state.TroubleInterface, state.TroubleSandbox,
	}
	for range rapid.IntRange(0, 2).Draw(t, "troubles") {
		row.Status.Troubles = append(row.Status.Troubles, state.Trouble{
			Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Container: rapid.SampledFrom([]string{"app", "db"}).Draw(t, "of"),
			Subject: rapid.SampledFrom([]string{"shop/app:2", "db", ""}).Draw(t, "subject"), Code: rapid.SampledFrom([]string{"", "denied", "unreachable", "broken", "subnet-full", "ResourceNotFoundException"}).Draw(t, "error"),
			Text: rapid.SampledFrom([]string{"", "no", "fault injected by ecs-emulator"}).Draw(t, "text"),
			At:   created.Add(time.Duration(rapid.IntRange(1, 70).Draw(t, "at")) * time.Second),
		})
	}
	return row
}

func drawnContainer(t *rapid.T, name string) state.Container {
	c := ran(name, rapid.SampledFrom([]int32{0, 1, 126, 127, 137, 139, 143}).Draw(t, "exit"), nil)
	if rapid.Bool().Draw(t, "seen") {
		c.Ending = &state.Ending{OutOfMemory: rapid.Bool().Draw(t, "memory"), Killed: rapid.Bool().Draw(t, "killed"), Grace: 30 * time.Second}
		if rapid.Bool().Draw(t, "asked") {
			c.Ending.StopAt = created
		}
	}
	c.StoppedAt = created.Add(time.Duration(rapid.IntRange(50, 70).Draw(t, "end")) * time.Second)
	c.HealthStatus = rapid.SampledFrom([]types.HealthStatus{"", types.HealthStatusHealthy, types.HealthStatusUnhealthy}).Draw(t, "health")
	if rapid.Bool().Draw(t, "without code") {
		c.ExitCode, c.Reason = nil, rapid.SampledFrom([]string{"", "OutOfMemoryError: no", "gone"}).Draw(t, "why")
	}
	return c
}

func drawnActs(t *rapid.T) (acts []why.Act) {
	if rapid.Bool().Draw(t, "fault") {
		acts = append(acts, why.Act{
			At: created.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "acts")) * time.Second), ID: "1",
			Kind: rapid.SampledFrom([]faults.Kind{faults.Crash, faults.Start, faults.Pull, faults.SubnetFull}).Draw(t, "fault kind"), Members: `{"delay":"1s"}`,
		})
	}
	return acts
}
