package ecs_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	oursdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// fargate registers a definition that Fargate can run, after change has had a look.
func (s *server) fargate(t testing.TB, family string, change ...func(*sdk.RegisterTaskDefinitionInput)) *types.TaskDefinition {
	t.Helper()
	in := &sdk.RegisterTaskDefinitionInput{
		Family: &family, NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		ContainerDefinitions:    []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("busybox")}},
	}
	for _, c := range change {
		c(in)
	}
	return must[*sdk.RegisterTaskDefinitionOutput](t)(s.RegisterTaskDefinition(ctx, in)).TaskDefinition
}

const (
	subnetA = "subnet-0ec5e3a1a70000001" // of the default VPC, in the first zone
	subnetB = "subnet-0ec5e3a1a70000002"
	groupA  = "sg-0ec5e3a1a70000001"
)

// awsvpc is a network configuration with the subnets.
func awsvpc(subnets ...string) *types.NetworkConfiguration {
	return &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: subnets}}
}

// runInput asks for one Fargate task.
func runInput(family string) *sdk.RunTaskInput {
	return &sdk.RunTaskInput{
		TaskDefinition: &family, LaunchType: types.LaunchTypeFargate, NetworkConfiguration: awsvpc(subnetA),
	}
}

// run works on a copy of the request, as the SDK writes a client token into it.
func (s *server) run(t testing.TB, in *sdk.RunTaskInput) []types.Task {
	t.Helper()
	request := *in
	out := must[*sdk.RunTaskOutput](t)(s.RunTask(ctx, &request))
	if len(out.Failures) != 0 {
		t.Fatalf("failures: %v", out.Failures)
	}
	return out.Tasks
}

// agentSays writes what an agent would: the task as it fares after change.
func (s *server) agentSays(t testing.TB, arn string, change func(*state.TaskStatus)) {
	t.Helper()
	s.update(t, func(tx *store.Tx) {
		status := state.FindTask(tx, arn).Status.Clone()
		change(&status)
		if err := state.PutTaskStatus(tx, arn, state.TaskStep{Status: status, Announced: true, At: time.Now()}); err != nil {
			t.Error(err)
		}
	})
}

// agentStops ends a task for good.
func (s *server) agentStops(t testing.TB, arn string) {
	t.Helper()
	s.agentSays(t, arn, func(status *state.TaskStatus) { status.LastStatus = state.Stopped })
}

// post sends a body signed for the account and region of the tests, and returns the
// answer as it came, with what differs in each run made equal.
func (s *server) post(t testing.TB, operation, body string) string {
	t.Helper()
	r := httptest.NewRequest("POST", s.url, strings.NewReader(body))
	r.RequestURI = ""
	r.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+testAccount+"/20260101/"+testRegion+
		"/ecs/aws4_request, SignedHeaders=host, Signature=0")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	text := string(answer)
	for _, mask := range [][2]string{
		{`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`, "UUID"},
		{`[0-9a-f]{32}`, "ID"},
		{`\b1\.[0-9]{1,12}E9\b`, "0"},
		{`\b[0-9]{19}\b`, "DIGITS"},
	} {
		text = regexp.MustCompile(mask[0]).ReplaceAllString(text, mask[1])
	}
	return text
}

// sameJSON compares two documents apart from the order of members.
func sameJSON(t testing.TB, got, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatalf("%v in %s", err, got)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("%v in %s", err, want)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestRunTaskAnswersAsRecorded compares with the members of a recorded answer.
func TestRunTaskAnswersAsRecorded(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "fam")
	const arn = "arn:aws:ecs:eu-west-1:123456789012:"
	sameJSON(t, s.post(t, "RunTask", `{"taskDefinition":"fam","launchType":"FARGATE","startedBy":"AWS Step Functions",
		"networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-0ec5e3a1a70000002"]}}}`),
		`{"tasks":[{"attachments":[{"id":"UUID","type":"ElasticNetworkInterface","status":"PRECREATED",
		   "details":[{"name":"subnetId","value":"subnet-0ec5e3a1a70000002"}]}],
		  "attributes":[{"name":"ecs.cpu-architecture","value":"x86_64"}],
		  "availabilityZone":"eu-west-1b","clusterArn":"`+arn+`cluster/default",
		  "containers":[{"containerArn":"`+arn+`container/default/ID/UUID","taskArn":"`+arn+`task/default/ID",
		    "name":"app","image":"busybox","lastStatus":"PENDING","networkInterfaces":[],"cpu":"0"}],
		  "cpu":"256","createdAt":0,"desiredStatus":"RUNNING","enableExecuteCommand":false,
		  "group":"family:fam","lastStatus":"PROVISIONING","launchType":"FARGATE","memory":"512",
		  "overrides":{"containerOverrides":[{"name":"app"}],"inferenceAcceleratorOverrides":[]},
		  "platformVersion":"1.4.0","platformFamily":"Linux","startedBy":"AWS Step Functions","tags":[],
		  "taskArn":"`+arn+`task/default/ID","taskDefinitionArn":"`+arn+`task-definition/fam:1","version":1,
		  "ephemeralStorage":{"sizeInGiB":20},"fargateEphemeralStorage":{"sizeInGiB":20}}],
		 "failures":[]}`)
}

// TestTaskThroughItsLife shows what DescribeTasks makes of what an agent writes.
func TestTaskThroughItsLife(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web", func(in *sdk.RegisterTaskDefinitionInput) {
		c := &in.ContainerDefinitions[0]
		c.Cpu, c.Memory, c.MemoryReservation = 128, aws.Int32(256), aws.Int32(200)
		c.HealthCheck = &types.HealthCheck{Command: []string{"CMD", "true"}}
	})
	in := runInput("web")
	in.Tags = tag("team", "shop")
	in.Overrides = &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: aws.String("app"), Memory: aws.Int32(300)}}}
	arn := *s.run(t, in)[0].TaskArn
	describe := func(include ...types.TaskField) types.Task {
		t.Helper()
		out := must[*sdk.DescribeTasksOutput](t)(s.DescribeTasks(ctx, &sdk.DescribeTasksInput{Tasks: []string{arn}, Include: include}))
		return out.Tasks[0]
	}
	created := describe()
	if created.Version != 1 || created.HealthStatus != types.HealthStatusUnknown || created.Connectivity != "" || len(created.Tags) != 0 {
		t.Errorf("created: version %d, health %q, connectivity %q, tags %v", created.Version, created.HealthStatus, created.Connectivity, created.Tags)
	}
	if c := created.Containers[0]; *c.Cpu != "128" || *c.Memory != "300" || *c.MemoryReservation != "200" {
		t.Errorf("container size %s %s %s", *c.Cpu, *c.Memory, *c.MemoryReservation)
	}
	if tags := describe(types.TaskFieldTags).Tags; len(tags) != 1 || *tags[0].Value != "shop" {
		t.Errorf("tags %v", tags)
	}

	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s.agentSays(t, arn, func(status *state.TaskStatus) {
		status.LastStatus, status.HealthStatus = state.Running, ourtypes.HealthStatusHealthy
		status.Attachment = state.Attachment{
			Status: "ATTACHED", NetworkID: "eni-1", MAC: "02:00:00:00:00:01",
			PrivateDNSName: "ip-172-31-0-4.eu-west-1.compute.internal", PrivateIPv4: "172.31.0.4",
		}
		status.ConnectivityAt, status.PullStartedAt = start, start.Add(time.Second)
		status.PullStoppedAt, status.StartedAt = start.Add(2*time.Second), start.Add(3*time.Second)
		c := &status.Containers[0]
		c.Phase, c.RuntimeID, c.ImageDigest, c.HealthStatus = state.ContainerRunning, "abc", "sha256:1", ourtypes.HealthStatusHealthy
	})
	running := describe()
	var details []string
	for _, d := range running.Attachments[0].Details {
		details = append(details, *d.Name)
	}
	if got := strings.Join(details, " "); got != "subnetId networkInterfaceId macAddress privateDnsName privateIPv4Address" {
		t.Errorf("details %s", got)
	}
	if running.Version != 2 || running.Connectivity != types.ConnectivityConnected || !running.StartedAt.Equal(start.Add(3*time.Second)) {
		t.Errorf("running: %+v", running)
	}
	if c := running.Containers[0]; *c.LastStatus != "RUNNING" || *c.RuntimeId != "abc" || *c.ImageDigest != "sha256:1" ||
		*c.NetworkInterfaces[0].PrivateIpv4Address != "172.31.0.4" || *c.NetworkInterfaces[0].AttachmentId != *running.Attachments[0].Id {
		t.Errorf("container: %+v", c)
	}

	stopping := must[*sdk.StopTaskOutput](t)(s.StopTask(ctx, &sdk.StopTaskInput{Task: &arn})).Task
	if *stopping.LastStatus != "RUNNING" || *stopping.DesiredStatus != "STOPPED" || stopping.StopCode != types.TaskStopCodeUserInitiated ||
		*stopping.StoppedReason != "Task stopped by user" || stopping.StoppingAt == nil || stopping.Version != 3 || len(stopping.Tags) != 0 {
		t.Errorf("stopping: %+v", stopping)
	}
	again := must[*sdk.StopTaskOutput](t)(s.StopTask(ctx, &sdk.StopTaskInput{Task: &arn, Reason: aws.String("other")})).Task
	if *again.StoppedReason != "Task stopped by user" || again.Version != 3 {
		t.Errorf("a second stop changed the task: %+v", again)
	}

	s.agentSays(t, arn, func(status *state.TaskStatus) { status.LastStatus = state.Deprovisioning })
	if seen := describe().Attachments[0]; *seen.Status != "DETACHING" || len(seen.Details) != 5 {
		t.Errorf("interface while DEPROVISIONING: %+v", seen)
	}

	s.agentSays(t, arn, func(status *state.TaskStatus) {
		status.LastStatus, status.StoppedAt = state.Stopped, start.Add(time.Minute)
		status.Attachment.Status = "DELETED"
		c := &status.Containers[0]
		c.Phase, c.ExitCode, c.Reason = state.ContainerStopped, aws.Int32(137), "OutOfMemoryError: container killed due to memory usage"
	})
	stopped := describe()
	if c := stopped.Containers[0]; *stopped.LastStatus != "STOPPED" || *c.ExitCode != 137 || *c.Reason == "" || len(c.NetworkInterfaces) != 1 {
		t.Errorf("stopped: %+v", stopped)
	}
}

func TestDescribeTasksNamesWhatIsMissing(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	arn := *s.run(t, runInput("web"))[0].TaskArn
	absent := strings.Repeat("0", 32)
	out := must[*sdk.DescribeTasksOutput](t)(s.DescribeTasks(ctx, &sdk.DescribeTasksInput{
		Tasks: []string{arn[len(arn)-32:], absent},
	}))
	if len(out.Tasks) != 1 || *out.Tasks[0].TaskArn != arn {
		t.Errorf("tasks %v", out.Tasks)
	}
	if len(out.Failures) != 1 || *out.Failures[0].Arn != testScope.Task("default", absent) || *out.Failures[0].Reason != "MISSING" {
		t.Errorf("failures %v", out.Failures)
	}
}

func TestReferencesToTasks(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "other")
	absent := strings.Repeat("0", 32)
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("%032d", i)
	}
	for name, c := range map[string]struct {
		in            sdk.DescribeTasksInput
		code, message string
	}{
		"none":            {sdk.DescribeTasksInput{Tasks: []string{}}, "InvalidParameterException", "Tasks cannot be empty."},
		"too many":        {sdk.DescribeTasksInput{Tasks: many}, "InvalidParameterException", "taskIds can have at most 100 items."},
		"short id":        {sdk.DescribeTasksInput{Tasks: []string{"abc"}}, "InvalidParameterException", "taskId length should be one of [32,36]"},
		"slash":           {sdk.DescribeTasksInput{Tasks: []string{"default/" + absent}}, "InvalidParameterException", "Invalid identifier: Unexpected number of separators"},
		"other cluster":   {sdk.DescribeTasksInput{Tasks: []string{testScope.Task("other", absent)}}, "InvalidParameterException", "Invalid identifier: Identifier is for cluster other. Your cluster is default"},
		"unknown cluster": {sdk.DescribeTasksInput{Tasks: []string{absent}, Cluster: aws.String("none")}, "ClusterNotFoundException", "Cluster not found."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.DescribeTasks(ctx, &c.in)
			refused(t, err, c.code, c.message)
		})
	}
	_, err := s.StopTask(ctx, &sdk.StopTaskInput{Task: &absent})
	refused(t, err, "InvalidParameterException", "The referenced task was not found.")
}

// BenchmarkDescribeTasks describes 100 tasks that have been described before.
func BenchmarkDescribeTasks(b *testing.B) {
	s := newServer(b)
	s.fargate(b, "web")
	in := runInput("web")
	in.Count = aws.Int32(10)
	var arns []string
	for range 10 {
		for _, task := range s.run(b, in) {
			arns = append(arns, *task.TaskArn)
		}
	}
	api := ecs.New(ecs.Options{Base: kit.Base{Store: s.store, Now: time.Now}})
	call := awsapi.NewContext(ctx, awsapi.Call{Region: testRegion, Account: testAccount})
	size := 0
	b.ReportAllocs()
	for b.Loop() {
		out, err := api.Tasks().DescribeTasks(call, &oursdk.DescribeTasksInput{Tasks: arns})
		if err != nil {
			b.Fatal(err)
		}
		size = 0
		for _, piece := range out.Pieces() {
			size += len(piece)
		}
	}
	b.SetBytes(int64(size))
}
