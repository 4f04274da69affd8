package elasticloadbalancingv2_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/elasticloadbalancingv2"
)

// Source: Service Authorization Reference, Elastic Load Balancing V2.
func TestWhatRequestsAsk(t *testing.T) {
	const (
		here     = "arn:aws:elasticloadbalancing:us-east-1:111122223333:"
		balancer = `"LoadBalancerArn":"` + here + `loadbalancer/app/web/1"`
		listener = `"ListenerArn":"` + here + `listener/app/web/1/2"`
		rule     = `"RuleArn":"` + here + `listener-rule/app/web/1/2/3"`
		group    = `{"TargetGroupArn":"` + here + `targetgroup/web/1"}`
		tags     = `"Tags":[{"Key":"Team","Value":"red"}]`
		tagged   = " aws:requesttag/team=red aws:tagkeys=Team"
		create   = " elasticloadbalancing:createaction="
		open     = " elasticloadbalancing:scheme=internet-facing"
	)
	service := elasticloadbalancingv2.New(elasticloadbalancingv2.Options{}).Service()
	apitest.Access(t, service)
	table := []apitest.Request{
		apitest.Ask("CreateTargetGroup", `{"Name":"web"}`, "elasticloadbalancing:CreateTargetGroup targetgroup/web/*"),
		apitest.Ask("CreateTargetGroup", `{"Name":"web",`+tags+`}`,
			"elasticloadbalancing:CreateTargetGroup targetgroup/web/*"+tagged,
			"elasticloadbalancing:AddTags targetgroup/web/*"+tagged+create+"CreateTargetGroup"),
		apitest.Ask("CreateLoadBalancer", `{"Name":"web"}`, "elasticloadbalancing:CreateLoadBalancer loadbalancer/app/web/*"+open),
		apitest.Ask("CreateLoadBalancer", `{"Name":"web","Type":"network","Scheme":"internal","Subnets":["subnet-1","subnet-2"],"SecurityGroups":["sg-1"]}`,
			"elasticloadbalancing:CreateLoadBalancer loadbalancer/net/web/* elasticloadbalancing:scheme=internal"+
				" elasticloadbalancing:securitygroup=sg-1 elasticloadbalancing:subnet=subnet-1,subnet-2"),
		apitest.Ask("CreateLoadBalancer", `{"Name":"web","SubnetMappings":[{"SubnetId":"subnet-1"}],`+tags+`}`,
			"elasticloadbalancing:CreateLoadBalancer loadbalancer/app/web/*"+tagged+open+" elasticloadbalancing:subnet=subnet-1",
			"elasticloadbalancing:AddTags loadbalancer/app/web/*"+tagged+create+"CreateLoadBalancer"+open+" elasticloadbalancing:subnet=subnet-1"),
		apitest.Ask("SetSecurityGroups", `{`+balancer+`,"SecurityGroups":["sg-1"]}`,
			"elasticloadbalancing:SetSecurityGroups loadbalancer/app/web/1 elasticloadbalancing:securitygroup=sg-1"),
		apitest.Ask("SetSubnets", `{`+balancer+`,"Subnets":["subnet-1"]}`,
			"elasticloadbalancing:SetSubnets loadbalancer/app/web/1 elasticloadbalancing:subnet=subnet-1"),
		apitest.Ask("CreateListener", `{`+balancer+`,"Protocol":"HTTPS","SslPolicy":"new"}`,
			"elasticloadbalancing:CreateListener loadbalancer/app/web/1 elasticloadbalancing:listenerprotocol=HTTPS elasticloadbalancing:securitypolicy=new"),
		apitest.Ask("CreateListener", `{`+balancer+`,`+tags+`}`,
			"elasticloadbalancing:CreateListener loadbalancer/app/web/1"+tagged,
			"elasticloadbalancing:AddTags listener/app/web/1/*"+tagged+create+"CreateListener"),
		apitest.Ask("ModifyListener", `{`+listener+`,"Protocol":"HTTPS","SslPolicy":"new"}`,
			"elasticloadbalancing:ModifyListener listener/app/web/1/2 elasticloadbalancing:listenerprotocol=HTTPS elasticloadbalancing:securitypolicy=new"),
		apitest.Ask("CreateRule", `{`+listener+`}`, "elasticloadbalancing:CreateRule listener/app/web/1/2"),
		apitest.Ask("CreateRule", `{`+listener+`,`+tags+`}`,
			"elasticloadbalancing:CreateRule listener/app/web/1/2"+tagged,
			"elasticloadbalancing:AddTags listener-rule/app/web/1/2/*"+tagged+create+"CreateRule"),
		apitest.Ask("SetRulePriorities", `{"RulePriorities":[{`+rule+`},{"RuleArn":"`+here+`listener-rule/app/web/1/2/4"}]}`,
			"elasticloadbalancing:SetRulePriorities listener-rule/app/web/1/2/3",
			"elasticloadbalancing:SetRulePriorities listener-rule/app/web/1/2/4"),
		apitest.Ask("AddTags", `{"ResourceArns":["`+here+`targetgroup/web/1","arn:aws:elasticloadbalancing:us-east-1:444455556666:targetgroup/web/2"],`+tags+`}`,
			"elasticloadbalancing:AddTags targetgroup/web/1"+tagged,
			"elasticloadbalancing:AddTags arn:aws:elasticloadbalancing:us-east-1:444455556666:targetgroup/web/2"+tagged),
		apitest.Ask("RemoveTags", `{"ResourceArns":["`+here+`targetgroup/web/1"],"TagKeys":["Team","Cost"]}`,
			"elasticloadbalancing:RemoveTags targetgroup/web/1 aws:tagkeys=Team,Cost"),
	}
	for resource, c := range map[string]struct {
		input      string
		operations []string
	}{
		"targetgroup/web/1":           {group, []string{"DeleteTargetGroup", "DeregisterTargets", "ModifyTargetGroup", "ModifyTargetGroupAttributes", "RegisterTargets"}},
		"loadbalancer/app/web/1":      {`{` + balancer + `}`, []string{"DeleteLoadBalancer", "ModifyLoadBalancerAttributes", "SetIpAddressType"}},
		"listener/app/web/1/2":        {`{` + listener + `}`, []string{"AddListenerCertificates", "DeleteListener", "ModifyListenerAttributes", "RemoveListenerCertificates"}},
		"listener-rule/app/web/1/2/3": {`{` + rule + `}`, []string{"DeleteRule", "ModifyRule"}},
	} {
		for _, operation := range c.operations {
			table = append(table, apitest.Ask(operation, c.input, "elasticloadbalancing:"+operation+" "+resource))
		}
	}
	apitest.AskedBy(t, service, table)
}

// The first load balancer of an account makes the linked role in the name of its caller (AC17).
func TestTheFirstLoadBalancerAsksForTheLinkedRole(t *testing.T) {
	var asked []awsapi.Access
	refuse := true
	s := apitest.NewScene(t, scope)
	s.Authorize = func(_ context.Context, _ *awsapi.Call, wants []awsapi.Access) error {
		for _, w := range wants {
			if w.Action == "iam:CreateServiceLinkedRole" {
				if asked = append(asked, w); refuse {
					return &awsapi.Error{Code: "Refused", Message: w.Resource}
				}
			}
		}
		return nil
	}
	api := elasticloadbalancingv2.New(elasticloadbalancingv2.Options{Store: s.Store, Now: s.Clock})
	client := sdk.NewFromConfig(s.Serve(api.Service(), &promises))
	in := &sdk.CreateLoadBalancerInput{Name: aws.String("web"), Type: types.LoadBalancerTypeEnumNetwork, Subnets: (&scene{s, client}).subnets()}
	apitest.Refused(t, client.CreateLoadBalancer, in, "Refused",
		"arn:aws:iam::000000000000:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing")
	if out := apitest.OK(t, client.DescribeLoadBalancers, &sdk.DescribeLoadBalancersInput{}); len(out.LoadBalancers) != 0 {
		t.Errorf("the refused request has made %v", out.LoadBalancers)
	}
	refuse = false
	apitest.OK(t, client.CreateLoadBalancer, in)
	in.Name = aws.String("second")
	apitest.OK(t, client.CreateLoadBalancer, in)
	if len(asked) != 2 || apitest.Text(asked[1].Keys, "iam:awsservicename") != "elasticloadbalancing.amazonaws.com" ||
		apitest.Text(asked[1].Keys, "aws:viaawsservice") != "true" {
		t.Errorf("asked for %+v", asked)
	}
}

func TestTagsOfARNs(t *testing.T) {
	s := newScene(t)
	service := elasticloadbalancingv2.New(elasticloadbalancingv2.Options{Store: s.Store, Now: s.Clock}).Service()
	made := apitest.OK(t, s.CreateLoadBalancer, &sdk.CreateLoadBalancerInput{
		Name: aws.String("web"), Subnets: s.subnets(), Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("red")}},
	})
	group := apitest.OK(t, s.CreateTargetGroup, &sdk.CreateTargetGroupInput{
		Name: aws.String("web"), Port: aws.Int32(80), Protocol: types.ProtocolEnumHttp, VpcId: made.LoadBalancers[0].VpcId, TargetType: types.TargetTypeEnumIp,
		Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("blue")}},
	})
	balancer := *made.LoadBalancers[0].LoadBalancerArn
	listener := apitest.OK(t, s.CreateListener, &sdk.CreateListenerInput{
		LoadBalancerArn: &balancer, Port: aws.Int32(80), Protocol: types.ProtocolEnumHttp, Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("green")}},
		DefaultActions: []types.Action{{Type: types.ActionTypeEnumForward, TargetGroupArn: group.TargetGroups[0].TargetGroupArn}},
	})
	for id, want := range map[string]string{
		balancer: "red", *group.TargetGroups[0].TargetGroupArn: "blue", *listener.Listeners[0].ListenerArn: "green", balancer + "0": "", "*": "",
	} {
		got := ""
		for _, tag := range service.Tags(id) {
			got += tag.Value
		}
		if got != want {
			t.Errorf("%s is of %q, want %q", id, got, want)
		}
	}
}
