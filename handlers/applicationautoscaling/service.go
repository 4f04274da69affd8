// Package applicationautoscaling answers the API of Application Auto Scaling, for the desired counts of services of ECS.
// Handlers keep what is wanted; the controller of scaling does it.
package applicationautoscaling

import (
	_ "embed"
	"errors"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// API answers from the store.
type API struct {
	store *store.Store
	clock func() time.Time
}

// New makes the API. now is the emulator's time.
func New(s *store.Store, now func() time.Time) *API { return &API{store: s, clock: now} }

//go:embed model.json
var table []byte

// Service is the Application Auto Scaling API.
func (a *API) Service() awsapi.Service {
	return awsapi.Service{
		Name: "application-autoscaling", ID: sdk.ServiceID, Title: "Application Auto Scaling", Complete: true, Model: requests{model},
		Protocol: awsapi.JSON{TargetPrefix: "AnyScaleFrontendService", Codec: wire.AsIs},
		Access:   a.access(), Tags: a.tagsByARN,
		Operations: []awsapi.Operation{
			awsapi.Works("RegisterScalableTarget", "desired counts of services of ECS; other namespaces and dimensions answer AWS's ValidationException", a.RegisterScalableTarget),
			awsapi.Works("DescribeScalableTargets", "in pages", a.DescribeScalableTargets),
			awsapi.Works("DeregisterScalableTarget", "with policies, their alarms and scheduled actions; the service keeps its desired count", a.DeregisterScalableTarget),
			awsapi.Partial("PutScalingPolicy", "step scaling, and target tracking by predefined, customised and computed metrics; PredictiveScaling and RightSizing answer 501 NotImplementedException", a.PutScalingPolicy),
			awsapi.Works("DescribeScalingPolicies", "in pages", a.DescribeScalingPolicies),
			awsapi.Works("DeleteScalingPolicy", "with its managed alarms", a.DeleteScalingPolicy),
			awsapi.Works("PutScheduledAction", "at, rate and cron, in time zones", a.PutScheduledAction),
			awsapi.Works("DescribeScheduledActions", "in pages", a.DescribeScheduledActions),
			awsapi.Works("DeleteScheduledAction", "", a.DeleteScheduledAction),
			awsapi.Works("DescribeScalingActivities", "of six weeks, in pages; also of what is gone", a.DescribeScalingActivities),
			awsapi.NotBuilt("GetPredictiveScalingForecast", "predictive scaling"),
			awsapi.Works("TagResource", "of targets", a.TagResource),
			awsapi.Works("UntagResource", "of targets", a.UntagResource),
			awsapi.Works("ListTagsForResource", "of targets", a.ListTagsForResource),
		},
	}
}

// model is what the service model demands of requests.
var model = constraint.New(table, constraint.Style{
	Enums: map[string][]string{
		"ScalableDimension": dimensions,
		"PolicyType":        {"PredictiveScaling", "RightSizing", "StepScaling", "TargetTrackingScaling"}, // AAS0006.3
		"MetricType":        metricTypes(),
	},
	// In Go's words. Java's \p{Print} has the characters of ASCII that are seen, and the blank.
	Patterns: map[string]string{
		`\p{Print}+`: `[ -~]+`,
		`(?!((^[ ]+.*)|(.*([\u0000-\u001f]|[\u007f-\u009f]|[:/|])+.*)|(.*[ ]+$))).+`: `[^ \x00-\x1f\x7f-\x{9f}:/|](?:[^\x00-\x1f\x7f-\x{9f}:/|]*[^ \x00-\x1f\x7f-\x{9f}:/|])?`,
		`^arn:.+:application-autoscaling:.+:[0-9]+:scalable-target\/[a-zA-Z0-9-]+$`:  `arn:.+:application-autoscaling:.+:[0-9]+:scalable-target/[a-zA-Z0-9-]+`,
	},
})

// requests are checked by the model. AWS names the message of a refusal "message" here, and "Message" where
// RegisterScalableTarget has an unknown dimension (AAS0001.10).
type requests struct{ *constraint.Model }

// Check implements [awsapi.Model].
func (r requests) Check(operation string, in any) error {
	err := r.Model.Check(operation, in)
	register, ok := in.(*sdk.RegisterScalableTargetInput)
	var refused *awsapi.Error
	if ok && errors.As(err, &refused) {
		given := string(register.ScalableDimension)
		refused.Capital = given != "" && !slices.Contains(dimensions, given)
	}
	return err
}

// dimensions are in the order in which AWS tells them. Source: recorded answers (AAS0001.6).
var dimensions = []string{
	"cassandra:table:WriteCapacityUnits", "dynamodb:index:ReadCapacityUnits", "cassandra:table:ReadCapacityUnits", "dynamodb:index:WriteCapacityUnits",
	"appstream:fleet:DesiredCapacity", "sagemaker:inference-component:DesiredCopyCount", "comprehend:document-classifier-endpoint:DesiredInferenceUnits",
	"ec2:spot-fleet-request:TargetCapacity", "rds:cluster:ReadReplicaCount", "elasticache:cache-cluster:Nodes", "elasticache:replication-group:Replicas",
	"workspaces:workspacespool:DesiredUserSessions", "sagemaker:variant:DesiredProvisionedConcurrency", "dynamodb:table:WriteCapacityUnits",
	"kafka:broker-storage:VolumeSize", "ecs:service:DesiredCount", "sagemaker:variant:DesiredInstanceCount",
	"comprehend:entity-recognizer-endpoint:DesiredInferenceUnits", "dynamodb:table:ReadCapacityUnits", "lambda:function:ProvisionedConcurrency",
	"custom-resource:ResourceType:Property", "neptune:cluster:ReadReplicaCount", "elasticache:replication-group:NodeGroups",
	"elasticmapreduce:instancegroup:InstanceCount",
}
