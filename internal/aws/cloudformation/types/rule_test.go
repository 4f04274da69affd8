package types_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler/handlertest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
)

// TestSwappedPriorities: two rules change their places in one update, whichever is first.
func TestSwappedPriorities(t *testing.T) {
	t.Parallel()
	w := startStack(t)
	w.network()
	for _, r := range []stackResource{
		{"Balancer", "AWS::ElasticLoadBalancingV2::LoadBalancer", `{Subnets: [SUBNET1, SUBNET2]}`, ``},
		{"Listener", "AWS::ElasticLoadBalancingV2::Listener",
			`{LoadBalancerArn: "${Balancer}", Port: 80, Protocol: HTTP, DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: 404}}]}`, ``},
	} {
		w.made[r.id] = w.do(&handlertest.Driver{}, r, handler.Create, w.properties(r.properties), nil, handler.Result{})
	}
	rule := func(priority string) string {
		return `{ListenerArn: "${Listener}", Priority: ` + priority + `, Conditions: [{Field: path-pattern, Values: [/a]}], Actions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: 200}}]}`
	}
	one := stackResource{"One", "AWS::ElasticLoadBalancingV2::ListenerRule", rule("1"), rule("2")}
	two := stackResource{"Two", "AWS::ElasticLoadBalancingV2::ListenerRule", rule("2"), rule("1")}
	for _, r := range []stackResource{one, two} {
		w.made[r.id] = w.do(&handlertest.Driver{}, r, handler.Create, w.properties(r.properties), nil, handler.Result{})
	}
	first := w.request(one, handler.Update, w.properties(one.updated), w.properties(one.properties), w.made["One"])
	first.Began, first.Now = w.srv.Clock().Now(), w.srv.Clock().Now()
	waits := types.Find(one.kind).Run(t.Context(), w.call, first)
	if waits.Again == 0 || waits.Failure != nil {
		t.Fatalf("%+v", waits)
	}
	w.do(&handlertest.Driver{}, two, handler.Update, w.properties(two.updated), w.properties(two.properties), w.made["Two"])
	first.Progress = waits.Progress
	if done := types.Find(one.kind).Run(t.Context(), w.call, first); done.Again != 0 || done.Failure != nil {
		t.Fatalf("%+v", done)
	}
	var out sdk.DescribeRulesOutput
	in := sdk.DescribeRulesInput{RuleArns: []string{w.made["One"].PhysicalID, w.made["Two"].PhysicalID}}
	if err := w.call(t.Context(), apiclient.Of("elasticloadbalancing", "DescribeRules"), &in, &out); err != nil {
		t.Fatal(err)
	}
	for _, r := range out.Rules {
		if want := map[string]string{w.made["One"].PhysicalID: "2", w.made["Two"].PhysicalID: "1"}[*r.RuleArn]; *r.Priority != want {
			t.Errorf("%s has priority %s, want %s", *r.RuleArn, *r.Priority, want)
		}
	}
}
