package codedeploy

import (
	"github.com/ecs-emulator/ecs-emulator/internal/app"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	eventSource = "aws.codedeploy"
	detailType  = "CodeDeploy Deployment State-change Notification"
)

// about names the changes that CodeDeploy announces.
func about(change any) (app.About, bool) {
	c, ok := change.(*codedeploy.StateChange)
	if !ok {
		return app.About{}, false
	}
	return app.About{Resource: c.ApplicationARN(), Source: eventSource, DetailType: detailType}, true
}

// detail has the members that AWS's library for functions in Go reads (CD0026).
type detail struct {
	InstanceGroupID string `json:"instanceGroupId"`
	Region          string `json:"region"`
	Application     string `json:"application"`
	DeploymentID    string `json:"deploymentId"`
	State           string `json:"state"`
	DeploymentGroup string `json:"deploymentGroup"`
}

// event is what CodeDeploy tells EventBridge of a deployment, as JSON.
func event(_ *store.Tx, e outbox.Event) []byte {
	c := outbox.As[codedeploy.StateChange](e)
	return eventbridge.Event{
		ID: c.ID, DetailType: detailType, Source: eventSource, Resources: []string{c.ApplicationARN(), c.GroupARN()}, Scope: c.Scope, At: e.At,
		Detail: detail{c.GroupID, c.Scope.Region, c.Application, c.DeploymentID, c.State, c.Group},
	}.Marshal()
}
