package emulator_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestCallsThatHangFailTheirStack has a call that does not come back made again. After five of them, of half a minute each in
// real time, which is the bubble's here, the resource has had its time.
func TestCallsThatHangFailTheirStack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := start(t, emulator.Options{InProcess: true})
		_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.APIDelay, API: "logs", Operation: "CreateLogGroup", Delay: time.Minute})
		w.must(err)
		began := time.Now()
		_, err = w.srv.Deploy(context.WithoutCancel(t.Context()), "slow", `
Resources:
  Cluster: {Type: AWS::ECS::Cluster, Properties: {ClusterName: slow}}
  Logs: {Type: AWS::Logs::LogGroup, DependsOn: Cluster}
`, nil)
		if took := time.Since(began); err == nil || !strings.Contains(err.Error(), "ROLLBACK_COMPLETE") || took < 150*time.Second {
			t.Fatalf("after %v: %v", took, err)
		}
		stacks := cloudformation.NewFromConfig(w.srv.Config())
		events, err := stacks.DescribeStackEvents(t.Context(), &cloudformation.DescribeStackEventsInput{StackName: aws.String("slow")})
		w.must(err)
		var failed []string
		for _, e := range events.StackEvents {
			if e.ResourceStatus == cfntypes.ResourceStatusCreateFailed {
				failed = append(failed, *e.LogicalResourceId+": "+aws.ToString(e.ResourceStatusReason))
			}
		}
		want := regexp.MustCompile(`^Logs: Resource handler returned message: "Exceeded attempts to wait" \(RequestToken: [0-9a-f-]{36}, HandlerErrorCode: NotStabilized\)$`)
		if len(failed) != 1 || !want.MatchString(failed[0]) {
			t.Errorf("failed: %q", failed)
		}
		clusters, err := w.client.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Clusters: []string{"slow"}})
		w.must(err)
		if *clusters.Clusters[0].Status != "INACTIVE" {
			t.Errorf("the cluster is %s", *clusters.Clusters[0].Status)
		}
		groups, err := cloudwatchlogs.NewFromConfig(w.srv.Config()).DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
		w.must(err)
		if len(groups.LogGroups) != 0 {
			t.Errorf("left are %d log groups", len(groups.LogGroups))
		}
	})
}
