package watchload

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/heap"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// loads puts three samples a minute and metric, as of a service of three tasks.
func loads(s *metric.Store, scope arn.Scope, metrics, minutes int, end time.Time) {
	for i := range minutes {
		at := end.Add(time.Duration(i-minutes) * time.Minute)
		for m := range metrics {
			s.Put(metric.Datum{
				ID: metric.New(scope, "AWS/ECS", "CPUUtilization", "ClusterName", "shop", "ServiceName", fmt.Sprintf("web-%d", m)),
				At: at, Unit: types.StandardUnitPercent, Values: []float64{float64(m%90) + 1, float64(m%90) + 2.5, float64(m%90) + 7},
			})
		}
	}
}

var shop = arn.Scope{Region: "us-east-1", Account: awsapi.DefaultAccount}

// weighDataPoints is how many MiB of heap 10,000 metrics of 60 minutes take, none of which gives way.
func weighDataPoints(context.Context, *world) (mebibytes float64, err error) {
	const metrics, minutes = 10_000, 60
	before := heap.Live()
	s, err := metric.Open(metric.Options{Size: 256 << 20})
	if err != nil {
		return 0, err
	}
	end := time.Now().Truncate(time.Minute)
	loads(s, shop, metrics, minutes, end)
	used := heap.Live() - before
	query := metric.Query{
		ID: metric.New(shop, "AWS/ECS", "CPUUtilization", "ClusterName", "shop", "ServiceName", "web-0"), Unit: types.StandardUnitPercent,
		From: end.Add(-minutes * time.Minute), To: end, Period: time.Minute,
	}
	if n := len(s.Points(query)); n != minutes {
		return 0, fmt.Errorf("a metric has %d points, want %d", n, minutes)
	}
	runtime.KeepAlive(s)
	return float64(used) / (1 << 20), nil
}

// readData is how many milliseconds GetMetricData takes for 100 queries over three hours of minutes, among 1,000 metrics.
func readData(ctx context.Context, _ *world) (milliseconds float64, err error) {
	const times, queries = 50, 100
	s := metric.NewStore()
	end := time.Now().Truncate(time.Minute)
	loads(s, shop, 1000, 180, end)
	api := cloudwatch.New(cloudwatch.Options{Now: time.Now, Metrics: s})
	in := &sdk.GetMetricDataInput{StartTime: aws.Time(end.Add(-3 * time.Hour)), EndTime: &end}
	for i := range queries {
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{Id: aws.String(fmt.Sprint("m", i)), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: aws.String("AWS/ECS"), MetricName: aws.String("CPUUtilization"), Dimensions: []types.Dimension{
				{Name: aws.String("ClusterName"), Value: aws.String("shop")}, {Name: aws.String("ServiceName"), Value: aws.String(fmt.Sprintf("web-%d", i))},
			}},
			Period: aws.Int32(60), Stat: aws.String("Average"),
		}})
	}
	ctx = awsapi.NewContext(ctx, awsapi.Call{Region: shop.Region, Account: shop.Account})
	begun := time.Now()
	for range times {
		out, err := api.GetMetricData(ctx, in)
		if err != nil {
			return 0, err
		}
		if len(out.MetricDataResults) != queries || len(out.MetricDataResults[99].Values) != 180 {
			return 0, errors.New("values are missing")
		}
	}
	return float64(time.Since(begun).Microseconds()) / times / 1000, nil
}
