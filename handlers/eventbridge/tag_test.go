package eventbridge_test

import (
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

func TestTags(t *testing.T) {
	s := newScene(t)
	apitest.OK(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: text("orders")})
	onBus := apitest.OK(t, s.PutRule, &sdk.PutRuleInput{Name: text("r"), EventBusName: text("orders"), EventPattern: text(pattern)}).RuleArn
	for _, resource := range []*string{text(busARN), text("arn:aws:events:eu-west-1:123456789012:event-bus/default"), onBus} {
		tag := func(key, value string) {
			t.Helper()
			apitest.OK(t, s.TagResource, &sdk.TagResourceInput{ResourceARN: resource, Tags: []types.Tag{{Key: &key, Value: &value}}})
		}
		tag("a", "1")
		tag("b", "2")
		tag("a", "3")
		apitest.OK(t, s.UntagResource, &sdk.UntagResourceInput{ResourceARN: resource, TagKeys: []string{"b", "absent"}})
		tag("c", "4")
		got := ""
		for _, each := range apitest.OK(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceARN: resource}).Tags {
			got += *each.Key + *each.Value + " "
		}
		if got != "a3 c4 " {
			t.Errorf("%s has %s", *resource, got)
		}
	}
	for resource, want := range map[string]string{
		"arn:aws:events:eu-west-1:123456789012:event-bus/none": "Event bus none does not exist.",
		"arn:aws:events:eu-west-1:123456789012:rule/none":      "Rule none does not exist on EventBus default.",
		"arn:aws:events:eu-west-1:123456789012:rule/orders/x":  "Rule x does not exist on EventBus orders.",
		"arn:aws:events:eu-west-2:123456789012:rule/r":         "Resource arn:aws:events:eu-west-2:123456789012:rule/r does not exist.",
	} {
		apitest.Refused(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceARN: &resource}, "ResourceNotFoundException", want)
	}
}
