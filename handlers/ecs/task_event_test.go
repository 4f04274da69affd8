package ecs_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/google/go-cmp/cmp"
)

// stoppedTask has all that an event can show.
func stoppedTask() *state.Task {
	at := func(seconds float64) time.Time {
		return time.Date(2026, 9, 1, 10, 25, 0, 0, time.UTC).Add(time.Duration(seconds * 1000 * float64(time.Millisecond)))
	}
	return &state.Task{
		ARN: testScope.Task("shop", "7f3a9d52c1e84b06a5d4e3f2019b8c7d"), Version: 5,
		Spec: &state.TaskSpec{
			ClusterARN: testScope.Cluster("shop"), Family: "web", Revision: 3, Group: "family:web", StartedBy: "me",
			LaunchType: types.LaunchTypeFargate, PlatformVersion: "1.4.0", PlatformFamily: "Linux", Architecture: "x86_64",
			CPU: "256", Memory: "512", EphemeralStorageGiB: 20, CreatedAt: at(0.402),
			Overrides: &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: aws.String("web")}}},
		},
		Placement: &state.Placement{
			CapacityProvider: "FARGATE", SubnetID: "subnet-1", Zone: "eu-west-1c", AttachmentID: "e4b0c2d6-1a2b-4c3d-8e4f-5a6b7c8d9e0f",
		},
		Stop: &state.Stop{Code: types.TaskStopCodeEssentialContainerExited, Reason: "Essential container <web> exited", At: at(58)},
		Tags: []types.Tag{{Key: aws.String("stage"), Value: aws.String("test")}},
		Status: state.TaskStatus{
			LastStatus: state.Stopped, HealthStatus: types.HealthStatusHealthy,
			Attachment: state.Attachment{
				Status: "DELETED", NetworkID: "eni-1", MAC: "02:5e:3c:11:7a:90", PrivateIPv4: "10.0.12.34",
			},
			Containers: []state.Container{{
				Name: "web", ID: "2b9c6d1e-7f80-4a1b-9c2d-3e4f5a6b7c8d", Image: "shop/web", Phase: state.ContainerStopped,
				RuntimeID: "7f3a-1", ImageDigest: "sha256:5d0c", ExitCode: aws.Int32(0), HealthStatus: types.HealthStatusHealthy,
			}},
			ConnectivityAt: at(4.5), PullStartedAt: at(20), PullStoppedAt: at(36.01), StartedAt: at(36.1),
			ExecutionStoppedAt: at(48), StoppedAt: at(75.94),
		},
	}
}

// TestTaskEventIsShapedAsRecorded compares with the members of recorded events.
func TestTaskEventIsShapedAsRecorded(t *testing.T) {
	s := newServer(t)
	task := stoppedTask()
	event := outbox.Event{Sequence: 1, At: task.Status.StoppedAt, Value: outbox.NewChange(task)}
	body := ecs.StateChange(s.store.Read(), event)
	const want = `{
		"version": "0", "id": "of its own", "detail-type": "ECS Task State Change", "source": "aws.ecs",
		"account": "ACCOUNT", "time": "2026-09-01T10:26:15Z", "region": "eu-west-1",
		"resources": ["arn:aws:ecs:eu-west-1:ACCOUNT:task/shop/7f3a9d52c1e84b06a5d4e3f2019b8c7d"],
		"detail": {
			"attachments": [{"id": "e4b0c2d6-1a2b-4c3d-8e4f-5a6b7c8d9e0f", "type": "eni", "status": "DELETED", "details": [
				{"name": "subnetId", "value": "subnet-1"}, {"name": "networkInterfaceId", "value": "eni-1"},
				{"name": "macAddress", "value": "02:5e:3c:11:7a:90"}, {"name": "privateIPv4Address", "value": "10.0.12.34"}]}],
			"attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
			"availabilityZone": "eu-west-1c", "capacityProviderName": "FARGATE",
			"clusterArn": "arn:aws:ecs:eu-west-1:ACCOUNT:cluster/shop",
			"connectivity": "CONNECTED", "connectivityAt": "2026-09-01T10:25:04.5Z",
			"containers": [{
				"containerArn": "arn:aws:ecs:eu-west-1:ACCOUNT:container/shop/7f3a9d52c1e84b06a5d4e3f2019b8c7d/2b9c6d1e-7f80-4a1b-9c2d-3e4f5a6b7c8d",
				"cpu": "0", "exitCode": 0, "image": "shop/web", "imageDigest": "sha256:5d0c", "lastStatus": "STOPPED", "name": "web",
				"networkInterfaces": [{"attachmentId": "e4b0c2d6-1a2b-4c3d-8e4f-5a6b7c8d9e0f", "privateIpv4Address": "10.0.12.34"}],
				"runtimeId": "7f3a-1", "taskArn": "arn:aws:ecs:eu-west-1:ACCOUNT:task/shop/7f3a9d52c1e84b06a5d4e3f2019b8c7d"}],
			"cpu": "256", "createdAt": "2026-09-01T10:25:00.402Z", "desiredStatus": "STOPPED", "enableExecuteCommand": false,
			"ephemeralStorage": {"sizeInGiB": 20}, "executionStoppedAt": "2026-09-01T10:25:48Z", "group": "family:web",
			"lastStatus": "STOPPED", "launchType": "FARGATE", "memory": "512",
			"overrides": {"containerOverrides": [{"name": "web"}]}, "platformVersion": "1.4.0",
			"pullStartedAt": "2026-09-01T10:25:20Z", "pullStoppedAt": "2026-09-01T10:25:36.01Z", "startedAt": "2026-09-01T10:25:36.1Z",
			"startedBy": "me", "stopCode": "EssentialContainerExited", "stoppedAt": "2026-09-01T10:26:15.94Z",
			"stoppedReason": "Essential container <web> exited", "stoppingAt": "2026-09-01T10:25:58Z",
			"taskArn": "arn:aws:ecs:eu-west-1:ACCOUNT:task/shop/7f3a9d52c1e84b06a5d4e3f2019b8c7d",
			"taskDefinitionArn": "arn:aws:ecs:eu-west-1:ACCOUNT:task-definition/web:3",
			"updatedAt": "2026-09-01T10:26:15.94Z", "version": 5}}`
	decode := func(text string) (v map[string]any) {
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		return v
	}
	wanted, got := decode(strings.ReplaceAll(want, "ACCOUNT", testAccount)), decode(string(body))
	wanted["id"] = got["id"]
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	if !strings.Contains(string(body), "<web>") {
		t.Error("the text is escaped for HTML")
	}
	if again := ecs.StateChange(s.store.Read(), event); string(again) != string(body) {
		t.Error("the same event is another one when it is read again")
	}
	task.Version++
	if other := decode(string(ecs.StateChange(s.store.Read(), event))); other["id"] == got["id"] {
		t.Error("two versions have one id")
	}
}

// TestTaskEventOfANewTask compares with the members of a recorded first event.
func TestTaskEventOfANewTask(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	s.run(t, runInput("web"))
	events, oldest, _ := outbox.Since(s.store, 0)
	if len(events) != 1 || oldest != 1 {
		t.Fatalf("%d events, the oldest is %d", len(events), oldest)
	}
	var event struct {
		Detail map[string]any
	}
	if err := json.Unmarshal(ecs.StateChange(s.store.Read(), events[0]), &event); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"attachments", "attributes", "availabilityZone", "clusterArn", "containers", "cpu", "createdAt", "desiredStatus",
		"enableExecuteCommand", "ephemeralStorage", "group", "lastStatus", "launchType", "memory", "overrides",
		"platformVersion", "taskArn", "taskDefinitionArn", "updatedAt", "version",
	}
	if got := slices.Sorted(maps.Keys(event.Detail)); !slices.Equal(got, want) {
		t.Errorf("members %v, want %v", got, want)
	}
	container := event.Detail["containers"].([]any)[0].(map[string]any)
	want = []string{"containerArn", "cpu", "image", "lastStatus", "name", "networkInterfaces", "taskArn"}
	if got := slices.Sorted(maps.Keys(container)); !slices.Equal(got, want) {
		t.Errorf("members of a container %v, want %v", got, want)
	}
	if event.Detail["createdAt"] != event.Detail["updatedAt"] {
		t.Errorf("created at %v, updated at %v", event.Detail["createdAt"], event.Detail["updatedAt"])
	}
}

// TestEventsShowAgentsAsRecorded holds events against recorded ones (recorded-exec.md X2).
func TestEventsShowAgentsAsRecorded(t *testing.T) {
	s := newServer(t)
	at := time.Date(2023, 11, 24, 9, 30, 12, 345e6, time.UTC)
	for want, agent := range map[string]state.ManagedAgent{
		`[{"name":"ExecuteCommandAgent","status":"PENDING"}]`:                                            {Status: "PENDING"},
		`[{"lastStartedAt":"2023-11-24T09:30:12.345Z","name":"ExecuteCommandAgent","status":"RUNNING"}]`: {Status: "RUNNING", StartedAt: at, Disconnected: true},
		`[{"name":"ExecuteCommandAgent","status":"STOPPED"}]`:                                            {Status: "STOPPED", Reason: "Received Container Stopped event"},
		``: {},
	} {
		task := stoppedTask()
		task.Status.Containers[0].ExecAgent = agent
		var event struct {
			Detail struct {
				Containers []struct{ ManagedAgents json.RawMessage }
			}
		}
		body := ecs.StateChange(s.store.Read(), outbox.Event{Sequence: 1, At: at, Value: outbox.NewChange(task)})
		if err := json.Unmarshal(body, &event); err != nil {
			t.Fatal(err)
		}
		if got := string(event.Detail.Containers[0].ManagedAgents); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
