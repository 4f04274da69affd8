package cloudwatch

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// mostData is how many data a request may have. Source: CloudWatch API reference, PutMetricData.
const mostData = 1000

// PutMetricData keeps data points. If one of them is refused, none is kept. Entities are checked and not kept.
func (a *API) PutMetricData(ctx context.Context, in *sdk.PutMetricDataInput) (*sdk.PutMetricDataOutput, error) {
	if err := checkPut(in); err != nil {
		return nil, err
	}
	put := &publication{scope: awsapi.CallScope(ctx), namespace: *in.Namespace, now: a.now()}
	err := put.add("MetricData", in.MetricData)
	for i, each := range in.EntityMetricData {
		if err == nil {
			err = put.add("EntityMetricData"+member(i)+".MetricData", each.MetricData)
		}
	}
	a.warnOfClock(ctx, put)
	if err != nil {
		return nil, err
	}
	a.metrics.Put(put.data...)
	return &sdk.PutMetricDataOutput{}, nil
}

// checkPut checks all but the data (CW0010). Source: recorded answers; of the size field reports.
func checkPut(in *sdk.PutMetricDataInput) error {
	if reserved := "AWS/"; strings.HasPrefix(*in.Namespace, reserved) {
		return invalidValue("The value " + reserved + " for parameter Namespace is invalid.")
	}
	n := len(in.MetricData)
	for _, each := range in.EntityMetricData {
		n += len(each.MetricData)
	}
	switch {
	case n == 0:
		return &awsapi.Error{Code: "MissingParameter", Shape: "MissingRequiredParameterException", Message: "At least one MetricDatum object must be present in the request."}
	case n > mostData:
		return invalidValue("The collection MetricData must not have a size greater than 1000.")
	case in.EntityMetricData != nil && in.StrictEntityValidation == nil:
		return invalidCombination("Field StrictEntityValidation is required when setting EntityMetricData")
	}
	for _, each := range in.EntityMetricData {
		if *in.StrictEntityValidation && !isEntity(each.Entity) {
			return invalidValue("InvalidTypeValue: Unknown entity type")
		}
	}
	return nil
}

// isEntity reports whether an entity has a type. Source: CloudWatch API reference, Entity.
func isEntity(e *types.Entity) bool {
	if e == nil {
		return true
	}
	switch e.KeyAttributes["Type"] {
	case "Service", "RemoteService", "AWS::Service", "Resource", "AWS::Resource":
		return true
	}
	return false
}

// publication is the data of a request.
type publication struct {
	scope     arn.Scope
	namespace string
	now       time.Time
	data      []metric.Datum
	off       time.Duration // how far the time of a datum was from now, the farthest
}

// add checks a list of data and takes them.
func (p *publication) add(list string, data []types.MetricDatum) error {
	for i := range data {
		each := datum{MetricDatum: &data[i], at: list + member(i) + "."}
		if t := each.Timestamp; t != nil && t.Sub(p.now).Abs() > p.off.Abs() {
			p.off = t.Sub(p.now)
		}
		if err := each.check(p.now); err != nil {
			return err
		}
		p.data = append(p.data, each.of(p))
	}
	return nil
}

// of is the datum as the store keeps it. A set of statistics goes before values that came along (recorded answers).
func (d *datum) of(p *publication) metric.Datum {
	kept := metric.Datum{
		ID: metric.New(p.scope, p.namespace, *d.MetricName, pairs(d.Dimensions)...), Unit: d.Unit, At: p.now,
		HighResolution: d.StorageResolution != nil && *d.StorageResolution == 1,
	}
	if d.Timestamp != nil {
		kept.At = *d.Timestamp
	}
	switch s := d.StatisticValues; {
	case s != nil:
		kept.Set = metric.Set{Count: *s.SampleCount, Sum: aws.ToFloat64(s.Sum), Min: aws.ToFloat64(s.Minimum), Max: aws.ToFloat64(s.Maximum)}
	case d.Value != nil:
		kept.Values = []float64{*d.Value}
	default:
		kept.Values, kept.Counts = d.Values, d.Counts
	}
	return kept
}

// pairs are names and values of dimensions, in turn.
func pairs(dimensions []types.Dimension) (list []string) {
	for _, d := range dimensions {
		list = append(list, aws.ToString(d.Name), aws.ToString(d.Value))
	}
	return list
}
