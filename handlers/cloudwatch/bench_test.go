package cloudwatch_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// alarms is a handler with a hundred alarms.
func alarms(b *testing.B) http.Handler {
	b.Helper()
	s, err := state.Open(store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	api := cloudwatch.New(cloudwatch.Options{Store: s, Now: time.Now})
	ctx := awsapi.NewContext(b.Context(), awsapi.Call{Region: "us-east-1", Account: awsapi.DefaultAccount})
	for i := range 100 {
		if _, err := api.PutMetricAlarm(ctx, &sdk.PutMetricAlarmInput{
			AlarmName: aws.String(fmt.Sprint("alarm-", i)), Namespace: aws.String("AWS/ECS"), MetricName: aws.String("CPUUtilization"),
			Dimensions: []types.Dimension{
				{Name: aws.String("ClusterName"), Value: aws.String("shop")}, {Name: aws.String("ServiceName"), Value: aws.String("web")},
			},
			Statistic: "Average", Period: aws.Int32(60), EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(80),
			ComparisonOperator: "GreaterThanThreshold", AlarmActions: []string{"arn:aws:sns:us-east-1:000000000000:pager"},
		}); err != nil {
			b.Fatal(err)
		}
	}
	h := api.Service().Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)})
	for _, d := range []describing{inJSON, inCBOR, inQuery} {
		if answer := d.from(b, h); bytes.Count(answer, []byte("CPUUtilization")) != 100 {
			b.Fatalf("%s: not all alarms are described: %s", d.name, answer)
		}
	}
	return h
}

// describing is a request for all alarms in a protocol.
type describing struct {
	name, path, body string
	header           http.Header
}

const target = "GraniteServiceVersion20100801"

var (
	inJSON  = describing{"JSON", "/", `{"MaxRecords":100}`, http.Header{"X-Amz-Target": {target + ".DescribeAlarms"}}}
	inCBOR  = describing{"CBOR", "/service/" + target + "/operation/DescribeAlarms", "\xbf\x6aMaxRecords\x18\x64\xff", http.Header{"Smithy-Protocol": {"rpc-v2-cbor"}}}
	inQuery = describing{"Query", "/", "Action=DescribeAlarms&MaxRecords=100", http.Header{}}
)

// from asks a handler, and wants an answer as long as all alarms are.
func (d describing) from(b *testing.B, h http.Handler) []byte {
	b.Helper()
	r := httptest.NewRequest(http.MethodPost, d.path, strings.NewReader(d.body))
	r.Header = d.header
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusOK || w.Body.Len() < 20_000 {
		b.Fatalf("%s: %d: %d bytes", d.name, w.Code, w.Body.Len())
	}
	return w.Body.Bytes()
}

// BenchmarkDescribeAlarms describes a hundred alarms in each protocol, from the request to the last byte of the answer.
func BenchmarkDescribeAlarms(b *testing.B) {
	h := alarms(b)
	for _, d := range []describing{inJSON, inCBOR, inQuery} {
		b.Run(d.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.from(b, h)
			}
		})
	}
}

// BenchmarkGoalAlarmsInCBOR describes them by turns in CBOR, as today's SDK for Go does, and in JSON, as boto3 does.
func BenchmarkGoalAlarmsInCBOR(b *testing.B) {
	h := alarms(b)
	for b.Loop() {
		took := map[string]time.Duration{}
		for range 200 {
			for _, d := range []describing{inCBOR, inJSON} {
				began := time.Now()
				d.from(b, h)
				took[d.name] += time.Since(began)
			}
		}
		b.ReportMetric(float64(took["CBOR"])/float64(took["JSON"]), "ratio≤1.5")
	}
}

// BenchmarkGoalGetMetricData asks 100 queries over three hours of minutes, among 1,000 metrics.
func BenchmarkGoalGetMetricData(b *testing.B) {
	const times, queries, minutes = 20, 100, 180
	scope, s, end := arn.Scope{Region: "us-east-1", Account: awsapi.DefaultAccount}, metric.NewStore(), time.Now().Truncate(time.Minute)
	b.Cleanup(func() { _ = s.Close() })
	for i := range minutes {
		for m := range 1000 {
			of := float64(m%90) + 1
			s.Put(metric.Datum{
				ID: metric.New(scope, "AWS/ECS", "CPUUtilization", "ClusterName", "shop", "ServiceName", fmt.Sprint("web-", m)),
				At: end.Add(time.Duration(i-minutes) * time.Minute), Unit: types.StandardUnitPercent, Values: []float64{of, of + 1.5, of + 6},
			})
		}
	}
	api := cloudwatch.New(cloudwatch.Options{Now: time.Now, Metrics: s})
	in := &sdk.GetMetricDataInput{StartTime: aws.Time(end.Add(-minutes * time.Minute)), EndTime: &end}
	for i := range queries {
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{Id: aws.String(fmt.Sprint("m", i)), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: aws.String("AWS/ECS"), MetricName: aws.String("CPUUtilization"), Dimensions: []types.Dimension{
				{Name: aws.String("ClusterName"), Value: aws.String("shop")}, {Name: aws.String("ServiceName"), Value: aws.String(fmt.Sprint("web-", i))},
			}},
			Period: aws.Int32(60), Stat: aws.String("Average"),
		}})
	}
	ctx := awsapi.NewContext(b.Context(), awsapi.Call{Region: scope.Region, Account: scope.Account})
	for b.Loop() {
		began := time.Now()
		for range times {
			out, err := api.GetMetricData(ctx, in)
			if err != nil || len(out.MetricDataResults) != queries || len(out.MetricDataResults[99].Values) != minutes {
				b.Fatal("values are missing: ", err)
			}
		}
		b.ReportMetric(float64(time.Since(began).Microseconds())/1000/times, "ms≤20")
	}
}
