package applicationautoscaling_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// A page has ten policies at most. A token comes only where the request names no limit, or one above that.
func TestPagesOfPolicies(t *testing.T) {
	s := registered(t)
	for i := range 13 {
		s.now = s.now.Add(1e9)
		apitest.OK(t, s.PutScalingPolicy, exact(fmt.Sprintf("step-%02d", i)))
	}
	page := func(limit *int32, token *string, names ...string) *sdk.DescribeScalingPoliciesOutput {
		t.Helper()
		return apitest.OK(t, s.DescribeScalingPolicies, &sdk.DescribeScalingPoliciesInput{ServiceNamespace: namespace, MaxResults: limit, NextToken: token, PolicyNames: names})
	}
	for _, test := range []struct {
		limit *int32
		rows  int
		more  bool
	}{
		{nil, 10, true}, {aws.Int32(-1), 0, false}, {aws.Int32(0), 0, false}, {aws.Int32(1), 1, false}, {aws.Int32(10), 10, false},
		{aws.Int32(11), 10, true}, {aws.Int32(50), 10, true},
	} {
		if got := page(test.limit, nil); len(got.ScalingPolicies) != test.rows || got.NextToken != nil != test.more {
			t.Errorf("of %d: %d policies, and a token %t", aws.ToInt32(test.limit), len(got.ScalingPolicies), got.NextToken != nil)
		}
	}
	first := page(nil, nil)
	if name := *first.ScalingPolicies[0].PolicyName; name != "step-12" {
		t.Errorf("the newest one is %s", name)
	}
	if rest := page(aws.Int32(20), first.NextToken); len(rest.ScalingPolicies) != 3 || rest.NextToken != nil || *rest.ScalingPolicies[2].PolicyName != "step-00" {
		t.Errorf("%+v", rest)
	}
	if named := page(nil, nil, "step-03", "none", "step-01"); len(named.ScalingPolicies) != 2 || *named.ScalingPolicies[0].PolicyName != "step-03" {
		t.Errorf("%+v", named)
	}
	apitest.Refused(t, s.DescribeScheduledActions, &sdk.DescribeScheduledActionsInput{ServiceNamespace: namespace, NextToken: first.NextToken},
		"InvalidNextTokenException", "The NextToken value is not valid")
}
