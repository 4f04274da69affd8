package emulator_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// A container crashes, and a rule's target is told.
func TestACrashReachesATarget(t *testing.T) {
	t.Parallel()
	w := start(t)
	const target = "arn:aws:lambda:us-east-1:000000000000:function:on-call"
	told := make(chan string, 1)
	w.srv.OnEventTarget(target, func(_ context.Context, body []byte) error {
		told <- string(body)
		return nil
	})
	events := eventbridge.NewFromConfig(w.srv.Config())
	_, err := events.PutRule(t.Context(), &eventbridge.PutRuleInput{
		Name:         aws.String("killed"),
		EventPattern: aws.String(`{"detail-type":["ECS Task State Change"],"detail":{"lastStatus":["STOPPED"],"containers":{"exitCode":[137]}}}`),
	})
	w.must(err)
	_, err = events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("killed"), Targets: []types.Target{{
		Id: aws.String("on-call"), Arn: aws.String(target), InputTransformer: &types.InputTransformer{
			InputPathsMap: map[string]string{"task": "$.detail.taskArn", "code": "$.detail.stopCode"}, InputTemplate: aws.String(`"<task>: <code>"`),
		},
	}}})
	w.must(err)

	id := w.runTask(w.register("web", "app", "sleep", "300"))
	w.untilRunning(id)
	_, err = w.srv.Faults().Add(emulator.Fault{Kind: emulator.CrashFault, Task: id})
	w.must(err)
	w.eventually("the target is told", func() bool { return len(told) > 0 })
	if got := <-told; !strings.HasPrefix(got, `"`+id) || !strings.HasSuffix(got, `: EssentialContainerExited"`) {
		t.Errorf("it is told %s of %s", got, id)
	}
}
