package cloudformation_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

func TestEventsOfEventBridge(t *testing.T) {
	const stack = "arn:aws:cloudformation:eu-west-1:111122223333:stack/web/1"
	at := time.Date(2026, 1, 31, 15, 4, 5, 678_000_000, time.UTC)
	envelope := func(kind string) string {
		return `{"version":"0","id":"e","detail-type":"CloudFormation ` + kind + ` Status Change","source":"aws.cloudformation","account":"111122223333",` +
			`"time":"2026-01-31T15:04:05Z","region":"eu-west-1","resources":["` + stack + `"],"detail":{"stack-id":"` + stack + `",`
	}
	for name, test := range map[string]struct {
		change cfn.StatusChange
		want   string
	}{
		"of a stack": {
			cfn.StatusChange{ID: "e", StackID: stack, LogicalID: "web", PhysicalID: stack, Type: cfn.TypeStack, Status: "CREATE_IN_PROGRESS", Reason: "User Initiated", Token: "t"},
			envelope("Stack") + `"status-details":{"status":"CREATE_IN_PROGRESS","detailed-status":"","status-reason":"User Initiated"},"client-request-token":"t"}}`,
		},
		"of a resource": {
			cfn.StatusChange{ID: "e", StackID: stack, LogicalID: "Group", PhysicalID: "/g", Type: "AWS::Logs::LogGroup", Status: "CREATE_IN_PROGRESS", Detailed: cfn.ConfigurationComplete},
			envelope("Resource") + `"logical-resource-id":"Group","physical-resource-id":"/g","status-details":{"status":"CREATE_IN_PROGRESS",` +
				`"detailed-status":"CONFIGURATION_COMPLETE","status-reason":""},"resource-type":"AWS::Logs::LogGroup","client-request-token":""}}`,
		},
	} {
		if got := string(cloudformation.StatusEvent(&test.change, at)); got != test.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, test.want)
		}
	}
}
