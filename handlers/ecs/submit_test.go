package ecs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// byHand is a cluster with a container instance, and tasks with an essential container web
// and one, log, that is not.
func byHand(t *testing.T) (s *server, task func(change func(*state.Task)) *state.Task) {
	s = newServer(t)
	s.shop(t)
	must[*sdk.RegisterTaskDefinitionOutput](t)(s.RegisterTaskDefinition(ctx, &sdk.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeBridge,
		ContainerDefinitions: []types.ContainerDefinition{
			{Name: aws.String("web"), Image: aws.String("nginx"), Memory: aws.Int32(512)},
			{Name: aws.String("log"), Image: aws.String("nginx"), Memory: aws.Int32(64), Essential: aws.Bool(false)},
		},
	}))
	instance := s.registerInstance(t, nil).ContainerInstanceArn
	return s, func(change func(*state.Task)) *state.Task {
		return s.placeTask(t, instance, func(task *state.Task) {
			task.Status.Containers = append(task.Status.Containers, state.Container{Name: "log", ID: "2", Image: "nginx"})
			if change != nil {
				change(task)
			}
		})
	}
}

// says reports about a task, as an agent does.
func (s *server) says(t *testing.T, task *state.Task, status string, containers ...types.ContainerStateChange) {
	t.Helper()
	out := must[*sdk.SubmitTaskStateChangeOutput](t)(s.SubmitTaskStateChange(ctx, &sdk.SubmitTaskStateChangeInput{
		Cluster: aws.String("shop"), Task: &task.ARN, Status: &status, Containers: containers,
	}))
	if aws.ToString(out.Acknowledgment) != "ACK" {
		t.Errorf("acknowledgment %v", out.Acknowledgment)
	}
}

// container is what an agent says of one.
func container(name, status string, exitCode *int32) types.ContainerStateChange {
	return types.ContainerStateChange{ContainerName: &name, Status: &status, ExitCode: exitCode}
}

func TestATaskLivesByReports(t *testing.T) {
	s, place := byHand(t)
	task := place(nil)
	now := func() *state.Task { return state.FindTask(s.store.Read(), task.ARN) }
	pulled := time.Unix(1_800_000_000, 5e8).UTC()

	must[*sdk.SubmitTaskStateChangeOutput](t)(s.SubmitTaskStateChange(ctx, &sdk.SubmitTaskStateChangeInput{
		Cluster: aws.String("shop"), Task: &task.ARN, Status: aws.String("RUNNING"), PullStartedAt: &pulled,
		Containers: []types.ContainerStateChange{
			{
				ContainerName: aws.String("web"), Status: aws.String("RUNNING"), RuntimeId: aws.String("abc"), ImageDigest: aws.String("sha256:1"),
				NetworkBindings: []types.NetworkBinding{
					{BindIP: aws.String("0.0.0.0"), ContainerPort: aws.Int32(80), HostPort: aws.Int32(32768), Protocol: types.TransportProtocolTcp},
					{BindIP: aws.String("::"), ContainerPort: aws.Int32(80), HostPort: aws.Int32(32768), Protocol: types.TransportProtocolTcp},
					{BindIP: aws.String("0.0.0.0"), ContainerPortRange: aws.String("8000-8001"), HostPortRange: aws.String("32770-32771"), Protocol: types.TransportProtocolTcp},
					{BindIP: aws.String("::"), ContainerPortRange: aws.String("8000-8001"), HostPortRange: aws.String("32770-32771"), Protocol: types.TransportProtocolTcp},
				},
			},
			container("log", "RUNNING", nil),
		},
	}))
	running := now()
	if running.Status.LastStatus != state.Running || running.Status.StartedAt.IsZero() || !running.Status.PullStartedAt.Equal(pulled) || running.Version != 2 {
		t.Errorf("RUNNING: %+v", running.Status)
	}
	if c := running.Status.Containers[0]; c.RuntimeID != "abc" || c.ImageDigest != "sha256:1" || len(c.Bindings) != 2 || c.LastStatus() != "RUNNING" {
		t.Errorf("its container: %+v", c)
	}
	if ports := ports(s.describeInstance(t, &task.Placement.ContainerInstance).RemainingResources, "PORTS"); !strings.HasSuffix(ports, " 8080 32768 32770 32771") {
		t.Errorf("ports that are taken: %s", ports)
	}

	// The same again says nothing new, and what goes back is not taken.
	s.says(t, task, "RUNNING", container("web", "RUNNING", nil))
	s.says(t, task, "PENDING", container("web", "PENDING", nil))
	if again := now(); again.Version != 2 {
		t.Errorf("version %d after reports of what is known", again.Version)
	}

	// Without log the task goes on; without web it shall stop, and does when its agent says.
	must[*sdk.SubmitContainerStateChangeOutput](t)(s.SubmitContainerStateChange(ctx, &sdk.SubmitContainerStateChangeInput{
		Cluster: aws.String("shop"), Task: &task.ARN, ContainerName: aws.String("log"), Status: aws.String("STOPPED"), ExitCode: aws.Int32(5),
	}))
	if after := now(); after.Stop != nil || *after.Status.Containers[1].ExitCode != 5 {
		t.Errorf("without log: %+v", after)
	}
	must[*sdk.SubmitContainerStateChangeOutput](t)(s.SubmitContainerStateChange(ctx, &sdk.SubmitContainerStateChangeInput{
		Cluster: aws.String("shop"), Task: &task.ARN, ContainerName: aws.String("web"), Status: aws.String("STOPPED"), ExitCode: aws.Int32(137),
		Reason: aws.String("OutOfMemoryError: Container killed due to memory usage"),
	}))
	if after := now(); after.Stop == nil || after.Stop.Code != ourtypes.TaskStopCodeEssentialContainerExited || after.Status.LastStatus != state.Running {
		t.Errorf("without web: %+v, %+v", after.Stop, after.Status)
	}
	s.says(t, task, "STOPPED")
	ended := now()
	if !ended.Ended() || ended.Status.StoppedAt.IsZero() || ended.Version != 5 || ended.Status.Containers[0].Reason != "OutOfMemoryError: Container killed due to memory usage" {
		t.Errorf("STOPPED: %+v", ended)
	}
	s.says(t, task, "RUNNING")
	if late := now(); late.Version != 5 || !late.Ended() {
		t.Errorf("after a late report: %+v", late)
	}
}

func TestWhyATaskEndedByReports(t *testing.T) {
	s, place := byHand(t)
	for name, c := range map[string]struct {
		report func(task *state.Task)
		code   ourtypes.TaskStopCode
		reason string
	}{
		"it never started": {func(task *state.Task) { s.says(t, task, "STOPPED", container("web", "STOPPED", nil)) },
			ourtypes.TaskStopCodeTaskFailedToStart, "Task failed to start"},
		"it exited at once": {func(task *state.Task) { s.says(t, task, "STOPPED", container("web", "STOPPED", aws.Int32(1))) },
			ourtypes.TaskStopCodeEssentialContainerExited, "Essential container in task exited"},
		"its agent knows": {func(task *state.Task) {
			must[*sdk.SubmitTaskStateChangeOutput](t)(s.SubmitTaskStateChange(ctx, &sdk.SubmitTaskStateChangeInput{
				Cluster: aws.String("shop"), Task: &task.ARN, Status: aws.String("STOPPED"), Reason: aws.String("ResourceInitializationError: no secret"),
				Containers: []types.ContainerStateChange{container("web", "STOPPED", nil)},
			}))
		}, ourtypes.TaskStopCodeTaskFailedToStart, "ResourceInitializationError: no secret"},
		"a user stopped it": {func(task *state.Task) {
			must[*sdk.StopTaskOutput](t)(s.StopTask(ctx, &sdk.StopTaskInput{Cluster: aws.String("shop"), Task: &task.ARN, Reason: aws.String("enough")}))
			if waits := state.FindTask(s.store.Read(), task.ARN); waits.Ended() {
				t.Error("it has stopped before its agent said so")
			}
			s.says(t, task, "STOPPED", container("web", "STOPPED", aws.Int32(0)))
		}, ourtypes.TaskStopCodeUserInitiated, "enough"},
	} {
		task := place(nil)
		c.report(task)
		ended := state.FindTask(s.store.Read(), task.ARN)
		if !ended.Ended() || ended.Stop.Code != c.code || ended.Stop.Reason != c.reason {
			t.Errorf("%s: %s, %+v", name, ended.Status.LastStatus, ended.Stop)
		}
	}
}

func TestATaskWaitsForItsNetworkInterface(t *testing.T) {
	s, place := byHand(t)
	const attachment = "e4b0c2d6-1a2b-4c3d-8e4f-5a6b7c8d9e0f"
	task := place(func(task *state.Task) {
		task.Spec.NetworkMode, task.Placement.AttachmentID = ourtypes.NetworkModeAwsvpc, attachment
		task.Status.LastStatus, task.Status.Attachment.Status = state.Provisioning, "PRECREATED"
	})
	submit := func(id, status string) error {
		_, err := s.SubmitAttachmentStateChanges(ctx, &sdk.SubmitAttachmentStateChangesInput{
			Cluster:     aws.String("shop"),
			Attachments: []types.AttachmentStateChange{{AttachmentArn: aws.String(testScope.Prefix() + "attachment/" + id), Status: &status}},
		})
		return err
	}
	refused(t, submit("other", "ATTACHED"), "InvalidParameterException", "The referenced attachment was not found.")
	refused(t, submit(attachment, "LOST"), "InvalidParameterException", "Attachment status should be one of [ATTACHED,DETACHED]")
	if err := submit(attachment, "ATTACHED"); err != nil {
		t.Fatal(err)
	}
	if got := state.FindTask(s.store.Read(), task.ARN).Status; got.LastStatus != state.Pending || got.Attachment.Status != "ATTACHED" {
		t.Errorf("with its interface: %+v", got)
	}
	must[*sdk.SubmitTaskStateChangeOutput](t)(s.SubmitTaskStateChange(ctx, &sdk.SubmitTaskStateChangeInput{
		Cluster: aws.String("shop"), Task: &task.ARN, Status: aws.String("STOPPED"),
	}))
	ended := must[*sdk.DescribeTasksOutput](t)(s.DescribeTasks(ctx, &sdk.DescribeTasksInput{Cluster: aws.String("shop"), Tasks: []string{task.ARN}})).Tasks[0]
	if eni := ended.Attachments[0]; *eni.Status != "DELETED" || len(eni.Details) != 0 || len(ended.Containers[0].NetworkInterfaces) != 0 {
		t.Errorf("an interface that no report was about: %+v, of the container %+v", eni, ended.Containers[0].NetworkInterfaces)
	}
}

func TestReportsThatAreRefused(t *testing.T) {
	s, place := byHand(t)
	task := place(nil)
	run := place(func(task *state.Task) { task.Placement.ByHand = false })
	port := func(n int32) types.ContainerStateChange {
		return types.ContainerStateChange{ContainerName: aws.String("web"), NetworkBindings: []types.NetworkBinding{{HostPort: &n, ContainerPort: aws.Int32(80)}}}
	}
	portRange := types.ContainerStateChange{ContainerName: aws.String("web"), NetworkBindings: []types.NetworkBinding{{
		HostPortRange: aws.String("32768-32770"), ContainerPortRange: aws.String("80-81"),
	}}}
	for name, c := range map[string]struct {
		in            sdk.SubmitTaskStateChangeInput
		code, message string
	}{
		"no such task":      {sdk.SubmitTaskStateChangeInput{Task: aws.String(strings.Repeat("0", 32))}, "InvalidParameterException", "The referenced task was not found."},
		"no task":           {sdk.SubmitTaskStateChangeInput{}, "InvalidParameterException", "taskId length should be one of [32,36]"},
		"no such cluster":   {sdk.SubmitTaskStateChangeInput{Cluster: aws.String("none"), Task: &task.ARN}, "ClientException", "Cluster not found."},
		"run by us":         {sdk.SubmitTaskStateChangeInput{Task: &run.ARN, Status: aws.String("STOPPED")}, "InvalidParameterException", "ecs-emulator runs task " + run.ARN[len(run.ARN)-32:] + " itself: only those on container instances registered by hand move by reports."},
		"no such status":    {sdk.SubmitTaskStateChangeInput{Task: &task.ARN, Status: aws.String("GONE")}, "InvalidParameterException", "Task status should be one of [PENDING,RUNNING,STOPPED]"},
		"no such container": {sdk.SubmitTaskStateChangeInput{Task: &task.ARN, Containers: []types.ContainerStateChange{container("db", "RUNNING", nil)}}, "InvalidParameterException", "Container db is not found in the task."},
		"container status":  {sdk.SubmitTaskStateChangeInput{Task: &task.ARN, Containers: []types.ContainerStateChange{container("web", "GONE", nil)}}, "InvalidParameterException", "Container status should be one of [PENDING,RUNNING,STOPPED]"},
		"no port":           {sdk.SubmitTaskStateChangeInput{Task: &task.ARN, Containers: []types.ContainerStateChange{port(0)}}, "InvalidParameterException", "Network binding has an invalid port: 0 to 80."},
		"beyond ports":      {sdk.SubmitTaskStateChangeInput{Task: &task.ARN, Containers: []types.ContainerStateChange{port(65536)}}, "InvalidParameterException", "Network binding has an invalid port: 65536 to 80."},
		"uneven ranges":     {sdk.SubmitTaskStateChangeInput{Task: &task.ARN, Containers: []types.ContainerStateChange{portRange}}, "InvalidParameterException", "Network binding has an invalid port range: 32768-32770 to 80-81."},
		"managed agents": {sdk.SubmitTaskStateChangeInput{Task: &task.ARN, ManagedAgents: []types.ManagedAgentStateChange{{
			ContainerName: aws.String("web"), ManagedAgentName: types.ManagedAgentNameExecuteCommandAgent, Status: aws.String("RUNNING"),
		}}}, "InvalidParameterException", "Container web has no managed agent ExecuteCommandAgent."},
		"agent of no container": {reportedAgent("db", types.ManagedAgentNameExecuteCommandAgent, "RUNNING"), "InvalidParameterException", "Container db is not found in the task."},
		"no such agent":         {reportedAgent("web", "Shell", "RUNNING"), "InvalidParameterException", "managedAgentName should be one of [ExecuteCommandAgent]"},
		"agent status":          {reportedAgent("web", types.ManagedAgentNameExecuteCommandAgent, "GONE"), "InvalidParameterException", "Managed agent status should be one of [PENDING,RUNNING,STOPPED]"},
	} {
		t.Run(name, func(t *testing.T) {
			if len(c.in.ManagedAgents) > 0 {
				c.in.Task = &task.ARN
			}
			if c.in.Cluster == nil {
				c.in.Cluster = aws.String("shop")
			}
			_, err := s.SubmitTaskStateChange(ctx, &c.in)
			refused(t, err, c.code, c.message)
		})
	}
	if got := state.FindTask(s.store.Read(), task.ARN); got.Version != 1 {
		t.Errorf("refused reports have changed the task: %+v", got)
	}
}

func TestDiscoverPollEndpoint(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	instance := s.registerInstance(t, nil).ContainerInstanceArn
	out := must[*sdk.DiscoverPollEndpointOutput](t)(s.DiscoverPollEndpoint(ctx, &sdk.DiscoverPollEndpointInput{Cluster: aws.String("shop"), ContainerInstance: instance}))
	if want := s.url + "/"; *out.Endpoint != want || *out.TelemetryEndpoint != want || *out.ServiceConnectEndpoint != want {
		t.Errorf("got %s, %s, %s; want %s", *out.Endpoint, *out.TelemetryEndpoint, *out.ServiceConnectEndpoint, want)
	}
	_, err := s.DiscoverPollEndpoint(ctx, &sdk.DiscoverPollEndpointInput{Cluster: aws.String("shop"), ContainerInstance: aws.String(strings.Repeat("0", 32))})
	refused(t, err, "InvalidParameterException", "Referenced container instance "+strings.Repeat("0", 32)+" not found.")
}

// reportedAgent is what an agent says of a managed one.
func reportedAgent(container string, name types.ManagedAgentName, status string) sdk.SubmitTaskStateChangeInput {
	return sdk.SubmitTaskStateChangeInput{ManagedAgents: []types.ManagedAgentStateChange{{
		ContainerName: &container, ManagedAgentName: name, Status: &status, Reason: aws.String("as reported"),
	}}}
}

// TestAnAgentLivesByReports: its changes raise no version (recorded-exec.md X2).
func TestAnAgentLivesByReports(t *testing.T) {
	s, place := byHand(t)
	task := place(func(task *state.Task) { task.Status.Containers[0].ExecAgent.Status = "PENDING" })
	s.says(t, task, "RUNNING", container("web", "RUNNING", nil))
	version := state.FindTask(s.store.Read(), task.ARN).Version
	seen := func() types.ManagedAgent {
		out := must[*sdk.DescribeTasksOutput](t)(s.DescribeTasks(ctx, &sdk.DescribeTasksInput{Cluster: aws.String("shop"), Tasks: []string{task.ARN}}))
		if len(out.Tasks[0].Containers[1].ManagedAgents) > 0 {
			t.Error("the other container has an agent")
		}
		return out.Tasks[0].Containers[0].ManagedAgents[0]
	}
	for _, each := range []struct {
		status, reason string
		started        bool
	}{{"PENDING", "", false}, {"RUNNING", "", true}, {"STOPPED", "as reported", false}, {"RUNNING", "", true}} {
		in := reportedAgent("web", types.ManagedAgentNameExecuteCommandAgent, each.status)
		in.Cluster, in.Task = aws.String("shop"), &task.ARN
		must[*sdk.SubmitTaskStateChangeOutput](t)(s.SubmitTaskStateChange(ctx, &in))
		got := seen()
		if *got.LastStatus != each.status || aws.ToString(got.Reason) != each.reason || (got.LastStartedAt != nil) != each.started {
			t.Errorf("after %s: %s %q %v", each.status, *got.LastStatus, aws.ToString(got.Reason), got.LastStartedAt)
		}
	}
	if got := state.FindTask(s.store.Read(), task.ARN).Version; got != version {
		t.Errorf("version %d, want %d", got, version)
	}
	s.says(t, task, "", container("web", "STOPPED", aws.Int32(0)))
	if got := seen(); *got.LastStatus != "STOPPED" || got.LastStartedAt != nil {
		t.Errorf("at the end of its container it is %s", *got.LastStatus)
	}
}
