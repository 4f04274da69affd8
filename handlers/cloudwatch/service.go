// Package cloudwatch answers the API of Amazon CloudWatch, as far as it is about alarms of one
// metric. Alarms are stored. Nothing evaluates them, and their actions have no effect: SetAlarmState
// says in which state they are.
package cloudwatch

import (
	_ "embed"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
)

// API answers from the store.
type API struct {
	store *state.Store
	clock func() time.Time
}

// New makes the API. now is the emulator's time.
func New(s *state.Store, now func() time.Time) *API { return &API{store: s, clock: now} }

// now is the time in the milliseconds that AWS keeps.
func (a *API) now() time.Time { return a.clock().UTC().Truncate(time.Millisecond) }

//go:embed model.json
var table []byte

// model is what the service model demands of requests.
var model = constraint.New(table, constraint.Style{Err: func(message string) error { return validation("%s", message) }})

var codec = wire.AsIs.WithUnions(
	wire.UnionOf[types.EvaluationCriteria](types.EvaluationCriteriaMemberPromQLCriteria{}),
	wire.UnionOf[types.EvaluationWindow](types.EvaluationWindowMemberSlidingWindow{}, types.EvaluationWindowMemberWallClockWindow{}),
)

// Service is the CloudWatch API. SDKs speak to it in each of three protocols: boto3 and the AWS CLI
// in AWS JSON 1.0, the SDK for Go in Smithy RPC v2 CBOR since December 2025, and older SDKs in AWS
// Query. Errors are named as recorded (CW0007).
func (a *API) Service() awsapi.Service {
	const name, version = "GraniteServiceVersion20100801", "2010-08-01"
	errors := awsapi.ErrorNames{Namespace: "com.amazon.coral.service", QueryCodes: true}
	return awsapi.Service{
		Name: "monitoring", ID: sdk.ServiceID, Title: "Amazon CloudWatch", Actions: "cloudwatch", Complete: true, Shared: true, Model: model,
		Protocol: awsapi.JSON{TargetPrefix: name, Version: "1.0", Codec: codec, Errors: errors},
		Others: []awsapi.Protocol{
			awsapi.CBOR{Service: name, Codec: codec, Errors: errors},
			awsapi.Query{
				Version: version, Namespace: "http://monitoring.amazonaws.com/doc/" + version + "/", EmptyResults: []string{"TagResource", "UntagResource"},
				NotBuilt: []string{"EvaluationCriteria", "EvaluationWindow"},
			},
		},
		Operations: slices.Concat(a.alarmOperations(), operationsNotBuilt()),
	}
}

func (a *API) alarmOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("PutMetricAlarm", "alarms of one metric: they are not evaluated yet, and actions have no effect; Metrics, anomaly detection, PromQL, "+
			"evaluation windows and warm-up answer 501 NotImplementedException", a.PutMetricAlarm),
		awsapi.Partial("DescribeAlarms", "by name, prefix, state and action, in pages; ChildrenOfAlarmName and ParentsOfAlarmName answer 501 NotImplementedException", a.DescribeAlarms),
		awsapi.Works("DescribeAlarmsForMetric", "dimensions in any order", a.DescribeAlarmsForMetric),
		awsapi.Works("SetAlarmState", "stays until it is set again, as nothing evaluates alarms", a.SetAlarmState),
		awsapi.Works("DeleteAlarms", "unknown names are no error", a.DeleteAlarms),
		awsapi.Works("EnableAlarmActions", "kept; actions have no effect", a.EnableAlarmActions),
		awsapi.Works("DisableAlarmActions", "kept; actions have no effect", a.DisableAlarmActions),
		awsapi.Works("TagResource", "of alarms", a.TagResource),
		awsapi.Works("UntagResource", "of alarms", a.UntagResource),
		awsapi.Works("ListTagsForResource", "of alarms", a.ListTagsForResource),
	}
}
