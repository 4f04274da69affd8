package activity_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

func TestLinesOfDenials(t *testing.T) {
	stop := decision.Decision{
		RequestID: "0123abcd-4567", Time: time.Unix(1e9, 0), Principal: "arn:aws:sts::123456789012:assumed-role/deploy/ci", Account: "123456789012", Region: "eu-west-1",
		Action: "ecs:StopTask", Resource: "arn:aws:ecs:eu-west-1:123456789012:task/shop/1", Decision: decision.Denied, Enforced: true,
		Reason: "because no identity-based policy allows the ecs:StopTask action",
	}
	list := stop
	list.Action, list.Resource, list.Enforced, list.Reason = "ecs:ListClusters", "*", false, ""
	for _, c := range []struct {
		of   decision.Decision
		want activity.Line
	}{
		{stop, activity.Line{Tone: activity.Bad, Text: "assumed-role/deploy/ci is denied ecs:StopTask on task/shop/1 because no identity-based policy allows the ecs:StopTask action (request 0123abcd-4567)"}},
		{list, activity.Line{Tone: activity.Warning, Text: "assumed-role/deploy/ci would be denied ecs:ListClusters (request 0123abcd-4567)"}},
	} {
		c.want.At, c.want.Region, c.want.Account = c.of.Time, "eu-west-1", "123456789012"
		if diff := cmp.Diff(c.want, activity.Denial(c.of)); diff != "" {
			t.Error(diff)
		}
	}
}
