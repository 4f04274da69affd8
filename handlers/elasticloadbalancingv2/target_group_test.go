package elasticloadbalancingv2_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func TestCreateTargetGroup(t *testing.T) {
	s := newScene(t)
	made := ok(s, s.CreateTargetGroup, s.httpGroup("web")).TargetGroups[0]
	if made.Matcher == nil || *made.Matcher.HttpCode != "200" || *made.HealthCheckTimeoutSeconds != 5 || *made.HealthyThresholdCount != 5 ||
		*made.UnhealthyThresholdCount != 2 || *made.HealthCheckPath != "/" || *made.ProtocolVersion != "HTTP1" || made.LoadBalancerArns != nil {
		t.Errorf("%+v", made)
	}

	again := s.httpGroup("web")
	again.Tags = []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}
	if arn := s.groupOf(again); arn != *made.TargetGroupArn {
		t.Errorf("the same again is %s", arn)
	}
	other := s.httpGroup("web")
	other.Port = aws.Int32(81)
	refused(s, s.CreateTargetGroup, other, "DuplicateTargetGroupName", "A target group with the same name 'web' exists, but with different settings")

	ok(s, s.DeleteTargetGroup, &sdk.DeleteTargetGroupInput{TargetGroupArn: made.TargetGroupArn})
	ok(s, s.DeleteTargetGroup, &sdk.DeleteTargetGroupInput{TargetGroupArn: made.TargetGroupArn})
	refused(s, s.DescribeTargetGroups, &sdk.DescribeTargetGroupsInput{TargetGroupArns: []string{*made.TargetGroupArn}},
		"TargetGroupNotFound", "One or more target groups not found")
	if arn := s.group("web"); arn == *made.TargetGroupArn {
		t.Error("a group that is made again has the old id")
	}
}

func TestHealthCheckDefaults(t *testing.T) {
	s := newScene(t)
	for _, test := range []struct {
		protocol, check types.ProtocolEnum
		version         string
		timeout         int32
		path, code      string
	}{
		{"HTTP", "HTTP", "", 5, "/", "200"}, {"HTTPS", "HTTPS", "HTTP2", 5, "/", "200"}, {"HTTP", "HTTP", "GRPC", 5, "/AWS.ALB/healthcheck", "12"},
		{"TCP", "TCP", "", 10, "", ""}, {"UDP", "HTTP", "", 6, "/", "200-399"}, {"TLS", "HTTPS", "", 10, "/", "200-399"}, {"TCP_UDP", "TCP", "", 10, "", ""},
	} {
		in := s.httpGroup(strings.ReplaceAll(strings.ToLower(string(test.protocol)+test.version), "_", "-"))
		in.Protocol = test.protocol
		if test.check != "HTTP" && test.check != "TCP" || test.protocol == "UDP" {
			in.HealthCheckProtocol = test.check
		}
		in.ProtocolVersion = &test.version // an empty one is none: Terraform sends it
		g := ok(s, s.CreateTargetGroup, in).TargetGroups[0]
		code := ""
		if g.Matcher != nil {
			code = aws.ToString(g.Matcher.HttpCode) + aws.ToString(g.Matcher.GrpcCode)
		}
		if g.HealthCheckProtocol != test.check || *g.HealthCheckTimeoutSeconds != test.timeout || aws.ToString(g.HealthCheckPath) != test.path || code != test.code {
			t.Errorf("%s %s: %s, %d s, %q, %q; want %+v", test.protocol, test.version, g.HealthCheckProtocol, *g.HealthCheckTimeoutSeconds,
				aws.ToString(g.HealthCheckPath), code, test)
		}
	}
}

func TestTargetGroupRefusals(t *testing.T) {
	s := newScene(t)
	with := func(change func(in *sdk.CreateTargetGroupInput)) *sdk.CreateTargetGroupInput {
		in := s.httpGroup("web")
		change(in)
		return in
	}
	for _, test := range []struct {
		change func(in *sdk.CreateTargetGroupInput)
		text   string
	}{
		{func(in *sdk.CreateTargetGroupInput) {
			in.HealthCheckIntervalSeconds, in.UnhealthyThresholdCount = aws.Int32(600), aws.Int32(1)
		}, "2 validation errors detected: Value '600' at 'healthCheckIntervalSeconds' failed to satisfy constraint: Member must have value less than or equal to 300; " +
			"Value '1' at 'unhealthyThresholdCount' failed to satisfy constraint: Member must have value greater than or equal to 2"},
		{func(in *sdk.CreateTargetGroupInput) { in.HealthCheckIntervalSeconds = aws.Int32(5) }, "Health check timeout '5' must be smaller than the interval '5'"},
		{func(in *sdk.CreateTargetGroupInput) { in.Name = aws.String(strings.Repeat("a", 33)) },
			"Target group name '" + strings.Repeat("a", 33) + "' cannot be longer than '32' characters"},
		{func(in *sdk.CreateTargetGroupInput) { in.Name = aws.String("-a") }, "1 validation error detected: Value '-a' at 'targetGroupName' failed to satisfy constraint: " +
			"Member must satisfy regular expression pattern: (?!^-)(?!.*-$)^[A-Za-z0-9-]+$"},
		{func(in *sdk.CreateTargetGroupInput) { in.VpcId = aws.String("vpc-0ec5e000000000000") }, "The VPC ID 'vpc-0ec5e000000000000' is not found"},
		{func(in *sdk.CreateTargetGroupInput) { in.VpcId = nil }, "A VPC ID must be specified"},
		{func(in *sdk.CreateTargetGroupInput) { in.HealthCheckProtocol = "TCP" }, "Health check protocol 'TCP' must be one of 'HTTP, HTTPS'"},
		{func(in *sdk.CreateTargetGroupInput) { in.Matcher = &types.Matcher{HttpCode: aws.String("200-599")} },
			"Health check matcher HTTP code '599' must be within '200-499' inclusive"},
		{func(in *sdk.CreateTargetGroupInput) { in.Matcher = &types.Matcher{HttpCode: aws.String("200,299-201")} },
			"Health check matcher '200,299-201' must be a list of codes or ranges of codes"},
	} {
		refused(s, s.CreateTargetGroup, with(test.change), "ValidationError", test.text)
	}
	unbuilt(s, s.CreateTargetGroup, with(func(in *sdk.CreateTargetGroupInput) { in.TargetType = types.TargetTypeEnumLambda }), "the target type lambda")
	unbuilt(s, s.CreateTargetGroup, with(func(in *sdk.CreateTargetGroupInput) { in.TargetType = types.TargetTypeEnumAlb }), "the target type alb")
	unbuilt(s, s.CreateTargetGroup, with(func(in *sdk.CreateTargetGroupInput) { in.Protocol = types.ProtocolEnumGeneve }), "the protocol GENEVE")
	unbuilt(s, s.CreateTargetGroup, with(func(in *sdk.CreateTargetGroupInput) { in.IpAddressType = "ipv6" }), "the IP address type ipv6")
}

func TestModifyTargetGroup(t *testing.T) {
	s := newScene(t)
	arn := s.groupOf(s.tcpGroup("tcp"))
	g := ok(s, s.ModifyTargetGroup, &sdk.ModifyTargetGroupInput{TargetGroupArn: &arn, HealthCheckIntervalSeconds: aws.Int32(15)}).TargetGroups[0]
	if *g.HealthCheckIntervalSeconds != 15 || *g.HealthCheckTimeoutSeconds != 10 || g.HealthCheckPath != nil {
		t.Errorf("%+v", g)
	}
	g = ok(s, s.ModifyTargetGroup, &sdk.ModifyTargetGroupInput{TargetGroupArn: &arn, HealthCheckProtocol: "HTTP", HealthCheckPath: aws.String("/up")}).TargetGroups[0]
	if *g.HealthCheckIntervalSeconds != 15 || *g.HealthCheckPath != "/up" || *g.Matcher.HttpCode != "200-399" {
		t.Errorf("%+v", g)
	}
	missing := arn[:len(arn)-1] + "x"
	refused(s, s.ModifyTargetGroup, &sdk.ModifyTargetGroupInput{TargetGroupArn: &missing}, "TargetGroupNotFound", "Target groups '"+missing+"' not found")
	refused(s, s.ModifyTargetGroup, &sdk.ModifyTargetGroupInput{TargetGroupArn: aws.String("web")}, "ValidationError", "'web' is not a valid target group ARN")
}

func TestTargetGroupsInPages(t *testing.T) {
	s := newScene(t)
	for _, name := range []string{"c", "a", "b"} {
		s.group(name)
	}
	var names []string
	pages := sdk.NewDescribeTargetGroupsPaginator(s.Client, &sdk.DescribeTargetGroupsInput{PageSize: aws.Int32(2)})
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range out.TargetGroups {
			names = append(names, *g.TargetGroupName)
		}
	}
	if want := []string{"a", "b", "c"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	refused(s, s.DescribeTargetGroups, &sdk.DescribeTargetGroupsInput{PageSize: aws.Int32(401)}, "ValidationError",
		"1 validation error detected: Value '401' at 'pageSize' failed to satisfy constraint: Member must have value less than or equal to 400")
	refused(s, s.DescribeTargetGroups, &sdk.DescribeTargetGroupsInput{Names: []string{"a", "d"}}, "TargetGroupNotFound", "One or more target groups not found")
}

func TestTargetGroupInUse(t *testing.T) {
	s := newScene(t)
	blue, green := s.group("blue"), s.group("green")
	balancer := s.alb("web")
	listener := s.listener(balancer, 80, forward(blue))
	rule := s.rule(listener, 10, "/green", forward(green))

	for _, arn := range []string{blue, green} {
		refused(s, s.DeleteTargetGroup, &sdk.DeleteTargetGroupInput{TargetGroupArn: &arn}, "ResourceInUse",
			"Target group '"+arn+"' is currently in use by a listener or a rule")
	}
	on := ok(s, s.DescribeTargetGroups, &sdk.DescribeTargetGroupsInput{LoadBalancerArn: &balancer}).TargetGroups
	if len(on) != 2 || !slices.Equal(on[0].LoadBalancerArns, []string{balancer}) {
		t.Errorf("on the load balancer: %+v", on)
	}
	other := s.alb("other")
	refused(s, s.CreateListener, &sdk.CreateListenerInput{
		LoadBalancerArn: &other, Port: aws.Int32(80), Protocol: types.ProtocolEnumHttp, DefaultActions: []types.Action{forward(blue)},
	}, "TargetGroupAssociationLimit", "The following target groups cannot be associated with more than one load balancer: "+blue)

	ok(s, s.DeleteRule, &sdk.DeleteRuleInput{RuleArn: &rule})
	ok(s, s.DeleteTargetGroup, &sdk.DeleteTargetGroupInput{TargetGroupArn: &green})
	ok(s, s.DeleteLoadBalancer, &sdk.DeleteLoadBalancerInput{LoadBalancerArn: &balancer})
	ok(s, s.DeleteTargetGroup, &sdk.DeleteTargetGroupInput{TargetGroupArn: &blue})
}
