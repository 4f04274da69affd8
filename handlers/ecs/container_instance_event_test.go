package ecs_test

import (
	"encoding/json"
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

// TestContainerInstanceEventIsShapedAsDocumented compares with the members of the
// developer guide's example.
func TestContainerInstanceEventIsShapedAsDocumented(t *testing.T) {
	s := newServer(t)
	arn := testScope.ContainerInstance("shop", "9c8b7a6d5e4f40312a1b0c9d8e7f6a5b")
	at := time.Date(2026, 2, 3, 9, 42, 6, 991e6, time.UTC)
	body := ecs.StateChange(s.store.Read(), outbox.Event{At: at, Value: outbox.NewChange(&state.InstanceChange{
		ContainerInstance: &state.ContainerInstance{
			ARN: arn, EC2InstanceID: "i-0a", Status: state.InstanceActive, AgentConnected: true,
			Version:    types.VersionInfo{AgentVersion: aws.String("1.94.0"), AgentHash: aws.String("31afb27c"), DockerVersion: aws.String("DockerVersion: 25.0.13")},
			Registered: state.Resources{CPU: 2048, Memory: 3840, Ports: []uint16{22}},
			Attributes: []types.Attribute{{Name: aws.String("ecs.os-type"), Value: aws.String("linux")}},
		},
		Usage: &state.InstanceUsage{ARN: arn, Version: 37, CPU: 512, Memory: 1024, Ports: []uint16{80}},
	})})
	const want = `{
		"version": "0", "id": "of its own", "detail-type": "ECS Container Instance State Change", "source": "aws.ecs",
		"account": "ACCOUNT", "time": "2026-02-03T09:42:06Z", "region": "eu-west-1",
		"resources": ["arn:aws:ecs:eu-west-1:ACCOUNT:container-instance/shop/9c8b7a6d5e4f40312a1b0c9d8e7f6a5b"],
		"detail": {
			"agentConnected": true, "attributes": [{"name": "ecs.os-type", "value": "linux"}],
			"clusterArn": "arn:aws:ecs:eu-west-1:ACCOUNT:cluster/shop",
			"containerInstanceArn": "arn:aws:ecs:eu-west-1:ACCOUNT:container-instance/shop/9c8b7a6d5e4f40312a1b0c9d8e7f6a5b",
			"ec2InstanceId": "i-0a",
			"registeredResources": [{"name": "CPU", "type": "INTEGER", "integerValue": 2048}, {"name": "MEMORY", "type": "INTEGER", "integerValue": 3840},
				{"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]}, {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []}],
			"remainingResources": [{"name": "CPU", "type": "INTEGER", "integerValue": 1536}, {"name": "MEMORY", "type": "INTEGER", "integerValue": 2816},
				{"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22", "80"]}, {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []}],
			"status": "ACTIVE", "version": 37,
			"versionInfo": {"agentHash": "31afb27c", "agentVersion": "1.94.0", "dockerVersion": "DockerVersion: 25.0.13"},
			"updatedAt": "2026-02-03T09:42:06.991Z"}}`
	var wanted, got map[string]any
	if err := json.Unmarshal([]byte(strings.ReplaceAll(want, "ACCOUNT", testAccount)), &wanted); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	wanted["id"] = got["id"]
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

// TestEventsOfAContainerInstanceAndItsTask are in one order.
func TestEventsOfAContainerInstanceAndItsTask(t *testing.T) {
	s, place := byHand(t)
	task := place(nil)
	s.says(t, task, "RUNNING", container("web", "RUNNING", nil))
	s.says(t, task, "STOPPED", container("web", "STOPPED", aws.Int32(0)))
	events, _, _ := outbox.Since(s.store, 0)
	var got []string
	for _, e := range events {
		var body struct {
			DetailType string `json:"detail-type"`
			Detail     struct {
				Version    int
				LastStatus string
				Status     string
			}
		}
		if err := json.Unmarshal(ecs.StateChange(s.store.Read(), e), &body); err != nil {
			t.Fatal(err)
		}
		d := body.Detail
		got = append(got, strings.TrimSuffix(strings.TrimPrefix(body.DetailType, "ECS "), " State Change")+" "+d.LastStatus+d.Status)
	}
	want := []string{"Container Instance ACTIVE", "Task PENDING", "Container Instance ACTIVE", "Task RUNNING", "Container Instance ACTIVE", "Task STOPPED", "Container Instance ACTIVE"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
