// Package applicationautoscaling answers the API of Application Auto Scaling. Targets are stored;
// nothing scales them, because what would is not built: policies and scheduled actions.
package applicationautoscaling

import (
	_ "embed"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
)

// API answers from the store.
type API struct {
	store *state.Store
	now   func() time.Time
}

// New makes the API. now is the emulator's time.
func New(s *state.Store, now func() time.Time) *API { return &API{store: s, now: now} }

//go:embed model.json
var table []byte

// model is what the service model demands of requests.
var model = constraint.New(table, constraint.Style{
	// The model has no bounds. Source: Application Auto Scaling API reference.
	Seen: map[string]constraint.Shape{"DescribeScalableTargetsInput.MaxResults": constraint.Range(1, maxDescribed)},
})

// Service is the Application Auto Scaling API.
func (a *API) Service() awsapi.Service {
	const scaling, tags = "controllers that scale", "tags of targets"
	return awsapi.Service{
		Name: "application-autoscaling", ID: sdk.ServiceID, Title: "Application Auto Scaling", Complete: true, Model: model,
		Protocol: awsapi.JSON{TargetPrefix: "AnyScaleFrontendService", Codec: wire.AsIs},
		Operations: []awsapi.Operation{
			awsapi.Partial("RegisterScalableTarget", "keeps the capacity of ECS services, by which nothing scales yet; "+
				"other resources, tags, suspended scaling, and a desired count outside the capacity answer 501 NotImplementedException", a.RegisterScalableTarget),
			awsapi.Works("DescribeScalableTargets", "in pages", a.DescribeScalableTargets),
			awsapi.Works("DeregisterScalableTarget", "the service keeps its desired count", a.DeregisterScalableTarget),
			awsapi.NotBuilt("PutScalingPolicy", scaling),
			awsapi.NotBuilt("DescribeScalingPolicies", scaling),
			awsapi.NotBuilt("DeleteScalingPolicy", scaling),
			awsapi.NotBuilt("PutScheduledAction", scaling),
			awsapi.NotBuilt("DescribeScheduledActions", scaling),
			awsapi.NotBuilt("DeleteScheduledAction", scaling),
			awsapi.NotBuilt("DescribeScalingActivities", scaling),
			awsapi.NotBuilt("GetPredictiveScalingForecast", scaling),
			awsapi.NotBuilt("TagResource", tags),
			awsapi.NotBuilt("UntagResource", tags),
			awsapi.NotBuilt("ListTagsForResource", tags),
		},
	}
}
