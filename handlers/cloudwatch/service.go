// Package cloudwatch answers the API of Amazon CloudWatch, as far as it is about metrics, alarms and dashboards. Alarms are
// evaluated by package evaluation, and package alarmaction does what they are to do.
package cloudwatch

import (
	"context"
	_ "embed"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// Options are what the API answers from.
type Options struct {
	Store   *store.Store
	Now     func() time.Time // the emulator's time
	Metrics *metric.Store
	// Collect brings the counts of AWS's own metrics into Metrics, before a client looks; nil: there are none.
	Collect func(context.Context)
	Log     *slog.Logger // nil: none
}

// API answers from the store of rows and that of metrics.
type API struct {
	store   *store.Store
	clock   func() time.Time
	metrics *metric.Store
	collect func(context.Context)
	log     *slog.Logger
	senders senders
}

func New(o Options) *API {
	a := &API{store: o.Store, clock: o.Now, metrics: o.Metrics, collect: o.Collect, log: o.Log}
	if a.metrics == nil {
		a.metrics = metric.NewStore()
	}
	if a.collect == nil {
		a.collect = func(context.Context) {}
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	return a
}

// now is the time in the milliseconds that AWS keeps.
func (a *API) now() time.Time { return a.clock().UTC().Truncate(time.Millisecond) }

//go:embed model.json
var table []byte

// model is what the service model demands of requests.
var model = constraint.New(table, constraint.Style{
	Err: func(message string) error { return validation("%s", message) },
	// Recorded answers have other words for these, and take a namespace that begins with a colon.
	Own: []string{
		"GetMetricStatisticsInput.Statistics", "GetMetricStatisticsInput.ExtendedStatistics", "ListMetricsInput.RecentlyActive", "MetricDataQuery.Id",
		"MetricDatum.StorageResolution", "PutDashboardInput.DashboardName", "PutDashboardInput.DashboardBody",
		"GetDashboardInput.DashboardName", "DeleteDashboardsInput.DashboardNames", "ListDashboardsInput.DashboardNamePrefix", "EntityMetricData.Entity", "StatisticSet.SampleCount",
	},
	Seen: map[string]constraint.Shape{
		"PutMetricDataInput.Namespace": namespace, "GetMetricStatisticsInput.Namespace": namespace, "ListMetricsInput.Namespace": namespace, "Metric.Namespace": namespace,
	},
})

var namespace = constraint.Shape{Min: aws.Float64(1), Max: aws.Float64(255)}

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
				Version: version, Namespace: "http://monitoring.amazonaws.com/doc/" + version + "/", EmptyResults: []string{"DeleteDashboards", "TagResource", "UntagResource"},
				NotBuilt: []string{"EvaluationCriteria", "EvaluationWindow"},
			},
		},
		Access: access(), Tags: a.tagsByARN,
		Operations: slices.Concat(a.alarmOperations(), a.metricOperations(), a.dashboardOperations(), operationsNotBuilt()),
	}
}

func (a *API) alarmOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("PutMetricAlarm", "alarms of a metric or of metric math; metrics of other accounts, anomaly detection, PromQL, "+
			"evaluation windows and warm-up answer 501 NotImplementedException", a.PutMetricAlarm),
		awsapi.Partial("PutCompositeAlarm", "evaluated with the alarms that the rule names; ActionsSuppressor with both periods; ActionConfiguration answers 501 NotImplementedException", a.PutCompositeAlarm),
		awsapi.Works("DescribeAlarms", "alarms of metrics and composite alarms, by name, prefix, state, action and relation, in pages", a.DescribeAlarms),
		awsapi.Works("DescribeAlarmsForMetric", "dimensions in any order", a.DescribeAlarmsForMetric),
		awsapi.Works("DescribeAlarmHistory", "items of 30 days, also of alarms that are deleted", a.DescribeAlarmHistory),
		awsapi.Works("SetAlarmState", "until the alarm is evaluated to another state; it does its actions", a.SetAlarmState),
		awsapi.Works("DeleteAlarms", "unknown names are no error", a.DeleteAlarms),
		awsapi.Works("EnableAlarmActions", "for the changes of state that follow", a.EnableAlarmActions),
		awsapi.Works("DisableAlarmActions", "for the changes of state that follow", a.DisableAlarmActions),
		awsapi.Works("TagResource", "of alarms and dashboards", a.TagResource),
		awsapi.Works("UntagResource", "of alarms and dashboards", a.UntagResource),
		awsapi.Works("ListTagsForResource", "of alarms and dashboards", a.ListTagsForResource),
	}
}

func (a *API) metricOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("PutMetricData", "times are judged by the emulator's clock; entities are checked and not kept", a.PutMetricData),
		awsapi.Works("GetMetricStatistics", "all statistics; minutes are kept for a day, where AWS has 15", a.GetMetricStatistics),
		awsapi.Partial("GetMetricData", "metrics and math; Metrics Insights (SELECT), SEARCH, anomaly detection, some functions of math and dynamic labels answer 501 NotImplementedException; no accounts are linked, so a query of another account's metric is Forbidden", a.GetMetricData),
		awsapi.Works("ListMetrics", "those with data of the last two weeks; instances have no metrics of AWS/EC2", a.ListMetrics),
	}
}

func (a *API) dashboardOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("PutDashboard", "kept for tools that bring dashboards: nothing draws them, and the contents of widgets are not checked", a.PutDashboard),
		awsapi.Works("GetDashboard", "from any region", a.GetDashboard),
		awsapi.Works("ListDashboards", "by prefix, in pages", a.ListDashboards),
		awsapi.Works("DeleteDashboards", "unknown names are no error", a.DeleteDashboards),
	}
}
