package main

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// What clients have asked the load balancer's own address, RequestCount has, though the emulator is killed while they ask: just
// after it has put what was counted into its store, and, at the second time, when its fast clock has passed minutes since.
func TestDockerRequestsAreCountedOnceOverAKillUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	args := []string{"--engine", "docker", "--data-dir", t.TempDir(), "--speed", "20"}
	p := startServe(t, args...)
	task := p.run(dockertest.Image(t), "serve", "8080", "one")
	p.register(p.balance(types.TargetTypeEnumIp)[0], task)
	balancer, _ := p.balancer(1)
	load := keepAsking(t, "http://"+balancer.Address+"/")
	for _, more := range []int64{200, 2000} {
		p.since(load, 300)
		answered := load.answered.Load()
		p.eventually("it is counted", func() bool { return p.requestCount(balancer.ARN) >= float64(answered) })
		p.since(load, more)
		p.kill()
		p.since(load, 300)
		if more == 2000 {
			args = append(args, "--on-exit", "remove")
		}
		p = startServe(t, args...)
		p.balancer(1)
	}
	p.since(load, 300)
	p.stopAsking(load)
	asked := float64(load.asked.Load())
	p.eventually("all is counted", func() bool { return p.requestCount(balancer.ARN) >= asked })
	if got := p.requestCount(balancer.ARN); got != asked {
		t.Errorf("RequestCount is %v after %v requests", got, asked)
	}
}

// requestCount is the sum of a load balancer's requests at all times. The emulator's clock may be hours ahead.
func (p *process) requestCount(arn string) (sum float64) {
	p.Helper()
	o, now := p.client.Options(), time.Now()
	_, resource, _ := strings.Cut(arn, ":loadbalancer/")
	out, err := cloudwatch.New(cloudwatch.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials}).
		GetMetricData(p.Context(), &cloudwatch.GetMetricDataInput{
			StartTime: aws.Time(now.Add(-time.Hour)), EndTime: aws.Time(now.Add(24 * time.Hour)),
			MetricDataQueries: []cwtypes.MetricDataQuery{{Id: aws.String("requests"), MetricStat: &cwtypes.MetricStat{
				Period: aws.Int32(60), Stat: aws.String("Sum"), Metric: &cwtypes.Metric{
					Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String("RequestCount"),
					Dimensions: []cwtypes.Dimension{{Name: aws.String("LoadBalancer"), Value: &resource}},
				},
			}}},
		})
	p.must(err)
	for _, v := range out.MetricDataResults[0].Values {
		sum += v
	}
	return sum
}
