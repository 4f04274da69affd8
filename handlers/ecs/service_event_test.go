package ecs_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/google/go-cmp/cmp"
)

// TestServiceEventsAreShapedAsDocumented compares with the members of the developer guide's examples.
func TestServiceEventsAreShapedAsDocumented(t *testing.T) {
	const (
		envelope = `"version": "0", "source": "aws.ecs", "account": "ACCOUNT", "time": "2026-03-05T15:54:41Z", "region": "eu-west-1"`
		service  = "arn:aws:ecs:eu-west-1:ACCOUNT:service/shop/web"
		cluster  = `"clusterArn": "arn:aws:ecs:eu-west-1:ACCOUNT:cluster/shop"`
		release  = "arn:aws:ecs:eu-west-1:ACCOUNT:service-deployment/shop/web/0EYSiB0qap8xf0N76FsbE"
	)
	s := newServer(t)
	at := time.Date(2026, 3, 5, 15, 54, 41, 618_059_641, time.UTC)
	serviceARN := testScope.Service("shop", "web")
	for name, c := range map[string]struct {
		change any
		want   string
	}{
		"steady state": {
			&state.ServiceAction{ID: "i", ServiceARN: serviceARN, Type: "INFO", Name: "SERVICE_STEADY_STATE"},
			`{"detail-type": "ECS Service Action", "id": "i", "resources": ["` + service + `"], "detail": {
				"eventType": "INFO", "eventName": "SERVICE_STEADY_STATE", ` + cluster + `, "createdAt": "2026-03-05T15:54:41.618Z"}}`,
		},
		"no place": {
			&state.ServiceAction{
				ID: "i", ServiceARN: serviceARN, Type: "ERROR", Name: "SERVICE_TASK_PLACEMENT_FAILURE", Reason: "RESOURCE:CPU",
				ContainerInstanceARNs: []string{testScope.ContainerInstance("shop", "9c8b")},
			},
			`{"detail-type": "ECS Service Action", "id": "i", "resources": ["` + service + `"], "detail": {
				"eventType": "ERROR", "eventName": "SERVICE_TASK_PLACEMENT_FAILURE", ` + cluster + `, "reason": "RESOURCE:CPU",
				"containerInstanceArns": ["arn:aws:ecs:eu-west-1:ACCOUNT:container-instance/shop/9c8b"], "createdAt": "2026-03-05T15:54:41.618Z"}}`,
		},
		"no room": {
			&state.ServiceAction{
				ID: "i", ServiceARN: serviceARN, Type: "ERROR", Name: "SERVICE_TASK_PLACEMENT_FAILURE", Reason: "RESOURCE:FARGATE",
				CapacityProviderARNs: []string{testScope.CapacityProvider("FARGATE_SPOT")},
			},
			`{"detail-type": "ECS Service Action", "id": "i", "resources": ["` + service + `"], "detail": {
				"eventType": "ERROR", "eventName": "SERVICE_TASK_PLACEMENT_FAILURE", ` + cluster + `, "reason": "RESOURCE:FARGATE",
				"capacityProviderArns": ["arn:aws:ecs:eu-west-1:ACCOUNT:capacity-provider/FARGATE_SPOT"], "createdAt": "2026-03-05T15:54:41.618Z"}}`,
		},
		"deployment": {
			&state.DeploymentChange{
				ID: "i", ServiceARN: serviceARN, DeploymentID: "ecs-svc/5", Type: "INFO", Name: "SERVICE_DEPLOYMENT_COMPLETED",
				Reason: "ECS deployment ecs-svc/5 completed.",
			},
			`{"detail-type": "ECS Deployment State Change", "id": "i", "resources": ["` + service + `"], "detail": {
				"eventType": "INFO", "eventName": "SERVICE_DEPLOYMENT_COMPLETED", ` + cluster + `, "deploymentId": "ecs-svc/5",
				"updatedAt": "2026-03-05T15:54:41.618Z", "reason": "ECS deployment ecs-svc/5 completed."}}`,
		},
		"hook": {
			&state.HookChange{
				ServiceARN: serviceARN, ServiceDeploymentARN: testScope.ServiceDeployment("shop", "web", "0EYSiB0qap8xf0N76FsbE"),
				HookID: "ecs-pause-e7", TargetType: types.DeploymentLifecycleHookTargetTypePause, Stage: "POST_TEST_TRAFFIC_SHIFT",
				Status: types.DeploymentLifecycleHookStatusAwaitingAction, ExpiresAt: at.Add(10 * time.Minute),
			},
			`{"detail-type": "ECS Hook State Change", "id": "234db2fc-1aa4-5e20-910e-5d50d19423eb", "resources": ["` + release + `"], "detail": {
				"eventType": "INFO", "eventName": "HOOK_AWAITING_ACTION", "hookId": "ecs-pause-e7", "hookType": "PAUSE",
				"expiresAt": "2026-03-05T16:04:41Z", "lifecycleStage": "POST_TEST_TRAFFIC_SHIFT", ` + cluster + `,
				"serviceArn": "` + service + `", "serviceDeploymentArn": "` + release + `", "updatedAt": "2026-03-05T15:54:41.618059641Z"}}`,
		},
	} {
		var wanted, got map[string]any
		want := strings.ReplaceAll("{"+envelope+","+c.want[1:], "ACCOUNT", testAccount)
		if err := json.Unmarshal([]byte(want), &wanted); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(ecs.StateChange(s.store.Read(), outbox.Event{Sequence: 7, At: at, Value: outbox.NewChange(c.change)}), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
