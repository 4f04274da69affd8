package autoscaling_test

import (
	"net/http"
	"os"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) {
	os.Exit(promises.Main(m, autoscaling.New(autoscaling.Options{}).Service()))
}

func TestTable(t *testing.T) {
	apitest.Table(t, autoscaling.New(autoscaling.Options{}).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*autoscaling.API]())
}

func TestNamesOnTheWire(t *testing.T) {
	apitest.RoundTrip(t, autoscaling.New(autoscaling.Options{}).Service(), func(transport *http.Client) any {
		return sdk.New(sdk.Options{
			HTTPClient: transport, Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("test", "secret", ""),
		})
	})
}

// scene is a client of an API over a store with the launch template ecs.
type scene struct {
	*apitest.Scene
	*sdk.Client
}

var (
	scope    = arn.Scope{Region: "us-east-1", Account: "000000000000"}
	template = &ec2.LaunchTemplate{Scope: scope, ID: "lt-0fedcba9876543210", Name: "ecs", Default: 1, Latest: 2}
)

func newScene(t *testing.T) *scene { return startScene(t, false) }

func startScene(t *testing.T, strict bool) *scene {
	t.Helper()
	s := &scene{Scene: apitest.NewScene(t, scope)}
	s.update(func(tx *store.Tx) {
		ec2.PutLaunchTemplate(tx, template)
		for n := range template.Latest {
			ec2.PutLaunchTemplateVersion(tx, &ec2.LaunchTemplateVersion{
				Scope: scope, TemplateID: template.ID, Number: n + 1, Data: &ec2types.ResponseLaunchTemplateData{},
			})
		}
	})
	api := autoscaling.New(autoscaling.Options{Store: s.Store, Now: s.Clock, StrictVPC: strict})
	s.Client = sdk.NewFromConfig(s.Serve(api.Service(), &promises))
	return s
}

func (s *scene) update(change func(tx *store.Tx)) {
	s.T.Helper()
	if err := s.Store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		s.T.Fatal(err)
	}
}

// group makes a group of the launch template ecs in two subnets.
func (s *scene) group(name string, least, most int32) {
	s.T.Helper()
	ok(s, s.CreateAutoScalingGroup, s.input(name, least, most))
}

func (s *scene) input(name string, least, most int32) *sdk.CreateAutoScalingGroupInput {
	return &sdk.CreateAutoScalingGroupInput{
		AutoScalingGroupName: &name, MinSize: &least, MaxSize: &most,
		LaunchTemplate:    &types.LaunchTemplateSpecification{LaunchTemplateName: &template.Name, Version: aws.String("$Latest")},
		VPCZoneIdentifier: aws.String("subnet-0ec5e3a1a70000003, subnet-0ec5e3a1a70000001"),
	}
}

// launched puts instances of a group there, as its controller does.
func (s *scene) launched(group string, ids ...string) {
	s.T.Helper()
	s.update(func(tx *store.Tx) {
		for _, id := range ids {
			rows.Members.Put(tx, &rows.Member{
				Scope: scope, Group: group, InstanceID: id, Zone: "us-east-1a", Subnet: "subnet-0ec5e3a1a70000001", Type: "t3.micro",
				LaunchedAt: s.Now, State: types.LifecycleStateInService,
				LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateId: &template.ID, LaunchTemplateName: &template.Name, Version: aws.String("2")},
			})
		}
	})
}

// described is a group as it is described.
func (s *scene) described(name string) types.AutoScalingGroup {
	s.T.Helper()
	groups := ok(s, s.DescribeAutoScalingGroups, &sdk.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{name}}).AutoScalingGroups
	if len(groups) != 1 {
		s.T.Fatalf("%d groups named %s", len(groups), name)
	}
	return groups[0]
}

func ok[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In) *Out {
	s.T.Helper()
	return apitest.OK(s.T, call, in)
}

func refused[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In, code, text string) {
	s.T.Helper()
	apitest.Refused(s.T, call, in, code, text)
}
