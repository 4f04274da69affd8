package emulator_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Metrics are there after a restart, and gone after a reset.
func TestMetricsOutliveARestart(t *testing.T) {
	t.Parallel()
	options := emulator.Options{DataDir: t.TempDir(), MetricsSize: 1 << 20}
	count := func(srv *emulator.Server) int {
		t.Helper()
		out, err := cloudwatch.NewFromConfig(srv.Config()).ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{Namespace: aws.String("Shop")})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.Metrics)
	}
	put := func(srv *emulator.Server) {
		t.Helper()
		_, err := cloudwatch.NewFromConfig(srv.Config()).PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{
			Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{{MetricName: aws.String("Orders"), Value: aws.Float64(1)}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	srv := emulator.Start(t, options)
	put(srv)
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	srv = emulator.Start(t, options)
	if n := count(srv); n != 1 {
		t.Errorf("%d metrics after the restart, want 1", n)
	}
	if err := srv.Reset(); err != nil {
		t.Fatal(err)
	}
	if n := count(srv); n != 0 {
		t.Errorf("%d metrics after the reset, want 0", n)
	}
	put(srv)
	if err := srv.Clock().Advance(24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	if n := count(emulator.Start(t, options)); n != 1 {
		t.Errorf("%d metrics after another restart, want 1", n)
	}
}
