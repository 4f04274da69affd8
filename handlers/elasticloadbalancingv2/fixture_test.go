package elasticloadbalancingv2_test

import (
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) {
	os.Exit(promises.Main(m, elasticloadbalancingv2.New(elasticloadbalancingv2.Options{}).Service()))
}

func TestTable(t *testing.T) {
	service := elasticloadbalancingv2.New(elasticloadbalancingv2.Options{}).Service()
	apitest.Table(t, service, reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*elasticloadbalancingv2.API]())
}

func TestNamesOnTheWire(t *testing.T) {
	apitest.RoundTrip(t, elasticloadbalancingv2.New(elasticloadbalancingv2.Options{}).Service(), func(transport *http.Client) any {
		return sdk.New(sdk.Options{
			HTTPClient: transport, Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("test", "secret", ""),
		})
	})
}

// scene is a client of an API over a store, with the default VPC.
type scene struct {
	*apitest.Scene
	*sdk.Client
}

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

// certificate begins the ARNs of those that there are.
const certificate = "arn:aws:acm:us-east-1:000000000000:certificate/"

func newScene(t *testing.T) *scene { return startScene(t, false) }

func startScene(t *testing.T, strict bool) *scene {
	t.Helper()
	s := apitest.NewScene(t, scope)
	api := elasticloadbalancingv2.New(elasticloadbalancingv2.Options{
		Store: s.Store, Now: s.Clock, StrictVPC: strict,
		Certificate: func(_ *store.Tx, _ arn.Scope, id string) bool { return strings.HasPrefix(id, certificate) },
	})
	return &scene{s, sdk.NewFromConfig(s.Serve(api.Service(), &promises))}
}

func (s *scene) update(change func(tx *store.Tx)) {
	s.T.Helper()
	if err := s.Store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		s.T.Fatal(err)
	}
}

// subnets are the default ones, in order of their ids.
func (s *scene) subnets() (ids []string) {
	for _, subnet := range ec2network.DefaultSubnets(s.Store.Read(), scope) {
		ids = append(ids, subnet.ID)
	}
	return ids
}

// group makes a target group of HTTP by address.
func (s *scene) group(name string) string {
	s.T.Helper()
	return s.groupOf(s.httpGroup(name))
}

func (s *scene) groupOf(in *sdk.CreateTargetGroupInput) string {
	s.T.Helper()
	return *ok(s, s.CreateTargetGroup, in).TargetGroups[0].TargetGroupArn
}

func (s *scene) httpGroup(name string) *sdk.CreateTargetGroupInput {
	return &sdk.CreateTargetGroupInput{
		Name: &name, Protocol: types.ProtocolEnumHttp, Port: aws.Int32(80), TargetType: types.TargetTypeEnumIp, VpcId: aws.String(ec2network.DefaultVPC),
	}
}

func (s *scene) tcpGroup(name string) *sdk.CreateTargetGroupInput {
	in := s.httpGroup(name)
	in.Protocol = types.ProtocolEnumTcp
	return in
}

// balancer makes a load balancer in two subnets.
func (s *scene) balancer(name string, kind types.LoadBalancerTypeEnum) string {
	s.T.Helper()
	out := ok(s, s.CreateLoadBalancer, &sdk.CreateLoadBalancerInput{Name: &name, Type: kind, Subnets: s.subnets()[:2]})
	return *out.LoadBalancers[0].LoadBalancerArn
}

func (s *scene) alb(name string) string {
	s.T.Helper()
	return s.balancer(name, types.LoadBalancerTypeEnumApplication)
}

func (s *scene) nlb(name string) string {
	s.T.Helper()
	return s.balancer(name, types.LoadBalancerTypeEnumNetwork)
}

// listener makes a listener of HTTP.
func (s *scene) listener(balancer string, port int32, actions ...types.Action) string {
	s.T.Helper()
	out := ok(s, s.CreateListener, &sdk.CreateListenerInput{
		LoadBalancerArn: &balancer, Port: &port, Protocol: types.ProtocolEnumHttp, DefaultActions: actions,
	})
	return *out.Listeners[0].ListenerArn
}

func forward(group string) types.Action {
	return types.Action{Type: types.ActionTypeEnumForward, TargetGroupArn: &group}
}

func answer(status string) types.Action {
	return types.Action{Type: types.ActionTypeEnumFixedResponse, FixedResponseConfig: &types.FixedResponseActionConfig{StatusCode: &status}}
}

func condition(field string, values ...string) types.RuleCondition {
	return types.RuleCondition{Field: &field, Values: values}
}

// rule makes a rule for a path.
func (s *scene) rule(listener string, priority int32, path string, action types.Action) string {
	s.T.Helper()
	out := ok(s, s.CreateRule, &sdk.CreateRuleInput{
		ListenerArn: &listener, Priority: &priority, Conditions: []types.RuleCondition{condition("path-pattern", path)}, Actions: []types.Action{action},
	})
	return *out.Rules[0].RuleArn
}

// healthy writes what checks of a target have found, as the controller does.
func (s *scene) healthy(group, id string) {
	s.T.Helper()
	s.update(func(tx *store.Tx) {
		elbv2.PutTargetHealth(tx, &elbv2.TargetHealth{GroupARN: group, ID: id, Port: 80, State: types.TargetHealthStateEnumHealthy, CheckedAt: s.Now})
	})
}

func ok[I, O any](s *scene, call apitest.Operation[I, O, sdk.Options], in *I) *O {
	s.T.Helper()
	return apitest.OK(s.T, call, in)
}

func refused[I, O any](s *scene, call apitest.Operation[I, O, sdk.Options], in *I, code, text string) {
	s.T.Helper()
	apitest.Refused(s.T, call, in, code, text)
}

// unbuilt checks that a call is refused by the name of what is not built.
func unbuilt[I, O any](s *scene, call apitest.Operation[I, O, sdk.Options], in *I, what string) {
	s.T.Helper()
	refused(s, call, in, "NotImplementedException", "ecs-emulator does not implement "+what+" of Elastic Load Balancing; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/elasticloadbalancing.md.")
}
