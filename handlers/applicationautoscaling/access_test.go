package applicationautoscaling_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// Source: Service Authorization Reference, AWS Application Auto Scaling.
func TestWhatRequestsAsk(t *testing.T) {
	const (
		web    = `"ServiceNamespace":"ecs","ResourceId":"service/default/web","ScalableDimension":"ecs:service:DesiredCount"`
		keys   = " application-autoscaling:scalable-dimension=ecs:service:DesiredCount application-autoscaling:service-namespace=ecs"
		target = `"ResourceARN":"arn:aws:application-autoscaling:us-east-1:111122223333:scalable-target/1"`
		tagged = " aws:requesttag/team=red aws:tagkeys=Team"
	)
	service := applicationautoscaling.New(nil, time.Now).Service()
	apitest.Access(t, service)
	table := []apitest.Request{
		apitest.Ask("RegisterScalableTarget", `{`+web+`}`, "application-autoscaling:RegisterScalableTarget scalable-target/*"+keys),
		apitest.Ask("RegisterScalableTarget", `{`+web+`,"Tags":{"Team":"red"},"RoleARN":"arn:aws:iam::111122223333:role/scaling"}`,
			"application-autoscaling:RegisterScalableTarget scalable-target/*"+keys+tagged,
			"application-autoscaling:TagResource scalable-target/*"+keys+tagged,
			"iam:PassRole arn:aws:iam::111122223333:role/scaling iam:passedtoservice=application-autoscaling.amazonaws.com"),
		apitest.Ask("ListTagsForResource", `{`+target+`}`, "application-autoscaling:ListTagsForResource scalable-target/1"),
		apitest.Ask("TagResource", `{`+target+`,"Tags":{"Team":"red"}}`, "application-autoscaling:TagResource scalable-target/1"+tagged),
		apitest.Ask("UntagResource", `{`+target+`,"TagKeys":["Team"]}`, "application-autoscaling:UntagResource scalable-target/1 aws:tagkeys=Team"),
	}
	for _, operation := range []string{"DeregisterScalableTarget", "DeleteScalingPolicy", "DeleteScheduledAction", "PutScalingPolicy", "PutScheduledAction"} {
		table = append(table, apitest.Ask(operation, `{`+web+`}`, "application-autoscaling:"+operation+" scalable-target/*"+keys))
	}
	apitest.AskedBy(t, service, table)
}
