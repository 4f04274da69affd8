package main

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func (p *process) metrics() *cloudwatch.Client {
	o := p.client.Options()
	return cloudwatch.New(cloudwatch.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
}

// Data points that are older than a minute of the clock are there after each kill -9, once.
func TestMetricsSurviveKills(t *testing.T) {
	t.Parallel()
	args := []string{"--engine", "sim", "--data-dir", t.TempDir()}
	for round := range 4 {
		p := startServe(t, args...)
		out, err := p.metrics().GetMetricStatistics(t.Context(), &cloudwatch.GetMetricStatisticsInput{
			Namespace: aws.String("Shop"), MetricName: aws.String("Visits"), Period: aws.Int32(3600), Statistics: []types.Statistic{types.StatisticSum},
			StartTime: aws.Time(time.Now().Add(-time.Hour)), EndTime: aws.Time(time.Now().Add(24 * time.Hour)),
		})
		p.must(err)
		sum := 0.0
		for _, d := range out.Datapoints {
			sum += *d.Sum
		}
		if sum != float64(round) {
			t.Errorf("after %d kills, the sum is %v", round, sum)
		}
		_, err = p.metrics().PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{
			Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{{MetricName: aws.String("Visits"), Value: aws.Float64(1)}},
		})
		p.must(err)
		p.advance("2m")
		p.kill()
	}
}
